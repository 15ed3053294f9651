"""The interface: a day of settlement to look at, in the browser (Pyodide) and natively (`panel serve`)."""
