//! What the browser gets: one file an island with its server function. Everything else is rendered on the server.
