"""Files made to harm whoever reads them."""
