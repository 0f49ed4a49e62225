"""What operators see of the service: figures for Prometheus, and a log line for each request."""
