"""The solutions are what readers write, not tests: some cannot even be imported."""

collect_ignore_glob = ["solutions/*"]
