"""Kubernetes: a custom resource to a submission, a study to one Indexed Job, and back to the resource's status."""
