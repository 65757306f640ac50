"""Units, definitions of quantities, species, the literature library and the tidy evidence table."""
