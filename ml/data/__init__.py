"""From landed files to point-in-time feature tables; tables are read and written in one module."""
