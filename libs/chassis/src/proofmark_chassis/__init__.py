"""How a Proofmark service lives on NATS JetStream."""
