"""Which formats of other programs a case can be made from, one file per format."""
