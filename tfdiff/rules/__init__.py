"""Change rules, one file each; see ``tfdiff.rules.registry``."""
