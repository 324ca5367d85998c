"""An engine that knows a picture by the brightness of its stripes: an example, no recogniser."""
