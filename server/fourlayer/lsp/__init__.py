"""The language server: a mutable session on the loop's thread over immutable snapshots."""
