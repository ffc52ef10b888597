# A Redmine with one project, two issues and four accounts, served until it is told to stop.
#
# Usage: ruby redmine_server.rb FOLDER
#
# FOLDER takes a copy of the packaged database and the uploaded files, so that nothing of an
# installed Redmine is touched. It prints one line of JSON when it is ready.

folder = ARGV.fetch(0)
ENV["RAILS_ENV"] = "production"
ENV["REDMINE_INSTANCE"] ||= "default"
ENV["DATABASE_URL"] = "sqlite3:#{File.join(folder, 'redmine.sqlite3')}"
ENV["RAILS_LOG_TO_STDOUT"] = nil
Dir.chdir("/usr/share/redmine")
require "./config/environment"
require "webrick"
require "json"
require "rack/handler/webrick"

Rails.logger = ActiveRecord::Base.logger = ActionController::Base.logger = Logger.new(nil)
Attachment.storage_path = File.join(folder, "files")
User.current = User.find_by_login("admin")
User.current.update!(must_change_passwd: false)
Setting.rest_api_enabled = "1"
Setting.text_formatting = ENV["REDMINE_MARKUP"] || "textile"
Setting.attachment_max_size = "5120"

project = Project.create!(name: "Migration", identifier: "migration", is_public: false)
project.trackers = Tracker.all
issues = ["Move to 1.4.0", "Move the other model"].map do |subject|
  Issue.create!(project: project, tracker: Tracker.first, author: User.current, subject: subject,
                priority: IssuePriority.first, status: IssueStatus.first)
end

def account(login, project, *permissions)
  user = User.new(firstname: login, lastname: "Tester", mail: "#{login}@example.net")
  user.login = login
  user.password = user.password_confirmation = "not-used-anywhere-1"
  user.save!
  if permissions.any?
    role = Role.create!(name: login, permissions: permissions, issues_visibility: "all")
    Member.create!(principal: user, project: project, roles: [role])
  end
  user.api_key
end

keys = {
  writer: account("writer", project, :view_issues, :add_issue_notes, :edit_issues,
                  :edit_own_issue_notes, :add_issue_attachments),
  editor: account("editor", project, :view_issues, :edit_issues),
  reader: account("reader", project, :view_issues),
  stranger: account("stranger", project),
}

server = WEBrick::HTTPServer.new(
  BindAddress: "127.0.0.1", Port: 0,
  Logger: WEBrick::Log.new(nil, WEBrick::BasicLog::FATAL), AccessLog: []
)

# What no REST call does: settings, and the look of a text as the issue's page shows it.
server.mount_proc "/test/setting" do |request, response|
  request.query.each { |name, value| Setting[name] = value }
  response.status = 204
end
server.mount_proc "/test/render" do |request, response|
  helper = ApplicationController.helpers
  helper.singleton_class.include(Rails.application.routes.url_helpers)
  response["Content-Type"] = "text/html; charset=utf-8"
  response.body = helper.textilizable(request.body.to_s.dup.force_encoding("UTF-8"))
end
server.mount "/", Rack::Handler::WEBrick, Rails.application
trap("TERM") { server.shutdown }
puts JSON.generate(port: server.listeners.first.addr[1], issues: issues.map(&:id), keys: keys, version: Redmine::VERSION.to_s)
$stdout.flush
server.start
