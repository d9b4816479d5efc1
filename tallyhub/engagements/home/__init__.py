"""Parts of home: what waits for somebody, and what is coming."""
