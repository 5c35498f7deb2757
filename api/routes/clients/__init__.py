"""Known clients and those like them."""
