"""Parts of the page. Each view reads a `Session` and draws it; none changes it but through the session's methods."""
