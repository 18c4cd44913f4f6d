"""Running a copy: first start, supervisor, workers, health and metrics."""
