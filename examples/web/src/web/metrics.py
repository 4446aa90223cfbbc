"""Figures for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("web_requests", "Requests served", ["method", "route", "status"], registry=self.registry)
        self.seconds = Histogram("web_request_seconds", "Time to serve a request", ["route"], registry=self.registry)
        self.readings = Counter("web_readings", "Readings stored", ["station"], registry=self.registry)
        self.warnings = Counter("web_warnings", "Warnings sent", registry=self.registry)
