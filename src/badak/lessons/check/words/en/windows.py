"""Faults of im2col, col2im, convolution and pooling: the question, the fault's name."""

FAULTS = {
    "pad_forgotten": ("What happens at the border of the image?", "the padding is forgotten"),
    "stride_ignored": ("How far does the window move?", "the stride is ignored"),
    "stride_is_window": (
        "How far does the window move?",
        "the window's size is used as the stride",
    ),
    "columns_transposed": ("Is a window a row or a column?", "rows and columns are swapped"),
    "order_not_transposed": (
        "In which order are the axes before reshape?",
        "reshape without transpose: numbers keep their order in memory",
    ),
    "channels_last": ("On which axis are the channels?", "the channels are on the last axis"),
    "kernel_transposed": (
        "Try a kernel that is not square.",
        "rows and columns of the kernel are swapped",
    ),
    "kernel_flipped": (
        "Which corner of the kernel meets which pixel?",
        "the kernel is turned by 180°",
    ),
    "places_swapped": (
        "Try an image that is not square.",
        "rows and columns of the output are swapped",
    ),
    "images_last": ("Which axis changes slowest?", "the images are not on the first axis"),
    "filter_swapped": (
        "Try a window that is not square.",
        "height and width of the window are swapped",
    ),
    "size_without_one": (
        "How many places does a window of 2 have on 3 pixels?",
        "the + 1 of the size formula is missing: the last row and column are lost",
    ),
    "size_rounded_up": ("What happens to pixels that are left over?", "the size is rounded up"),
    "first_image_only": ("What does the second image give?", "only the first image is computed"),
    "last_image_only": (
        "What is left of the first image's gradient?",
        "= instead of += over the images: only the last one counts",
    ),
    "first_channel_only": ("What does the second channel add?", "only the first channel is used"),
    "channels_averaged": ("Is it a sum or a mean?", "the channels are averaged, not summed"),
    "channel_order": ("Which channel meets which slice?", "the order of the channels is reversed"),
    "channels_mixed": ("Does each channel have its own maximum?", "channels are pooled together"),
    "pad_not_zero": ("Which numbers are in the border?", "the padding is not 0"),
    "integers": ("Which dtype has your result?", "decimals are cut off: the array holds integers"),
    "hw_swapped": ("Try an image that is not square.", "height and width are confused"),
    "hard_coded": (
        "Where do the sizes come from?",
        "sizes are fixed numbers, not those of the input",
    ),
    "assigns": (
        "What happens to a pixel that several windows share?",
        "= instead of +=: later windows overwrite earlier ones",
    ),
    "pad_not_removed": ("What was the shape of x?", "the padding is not cut off"),
    "pad_cut_at_corner": (
        "Where does the image begin inside the padding?",
        "the padding is cut at the wrong side",
    ),
    "averaged": (
        "Is it a sum or a mean?",
        "shared pixels are averaged: col2im sums, it is no inverse",
    ),
    "smallest_instead_of_largest": ("Which pixel of the window wins?", "min instead of max"),
    "average_instead_of_max": ("Which pixel of the window wins?", "mean instead of max"),
    "max_from_zero": ("What if all pixels are negative?", "the maximum begins with 0"),
    "shared_among_all": (
        "Which pixel changes the output?",
        "the gradient is shared by the whole window",
    ),
    "to_first_cell": (
        "Which pixel changes the output?",
        "the gradient goes to the window's first pixel",
    ),
    "place_left_out": (
        "How many times does the loop run?",
        "the loop leaves out the first or last place: its results stay 0",
    ),
    "window_not_passed": (
        "What is the default of stride, and of pad?",
        "stride and pad are not passed on",
    ),
    "window_square_only": (
        "Try a window that is not square.",
        "it works for square windows only",
    ),
    "last_place_only": (
        "What is left of the first window's gradient?",
        "= instead of += in the loop: only the last window counts",
    ),
}
