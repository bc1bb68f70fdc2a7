"""The aggregator counts each vector once, in order, and states what follows for reliability. It approves nothing."""
