"""What rules have in common: which fact of the old release is which of the new one."""
