"""Runs in a DuckDB file: tables, migrations, the writer, and what is asked of them. DuckDB is loaded here only."""
