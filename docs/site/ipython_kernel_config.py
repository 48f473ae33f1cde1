"""How notebooks draw with Matplotlib itself: as badak's own figures, two pixels per point."""

c = get_config()  # noqa: F821
c.IPKernelApp.matplotlib = "inline"
c.IPKernelApp.log_level = "ERROR"  # else each notebook warns that its channel is not encrypted
c.InlineBackend.figure_formats = {"retina"}
c.HistoryManager.enabled = False
