"""The application of __SLUG__: a page, writes that are counted, uploads, and a worker."""
