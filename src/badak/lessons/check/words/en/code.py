"""Faults of Python code and of networks: the question, the fault's name."""

FAULTS = {
    "not_stored": ("Where does the optimizer find the gradient?", "the gradient is not stored"),
    "not_returned": ("What does the function return?", "return is missing"),
    "list_not_array": ("Of which type is the result?", "a list instead of an array"),
    "name_unknown": ("Where is this name defined?", "a name is missing or misspelt"),
    "commented_out": ("Where is this name imported?", "the import is commented out"),
    "attribute_unknown": (
        "Where is it set, and how is it spelt?",
        "an attribute is missing or misspelt",
    ),
    "key_unknown": (
        "Which dictionary has this key?",
        "the key is in another dictionary, or misspelt",
    ),
    "module_unknown": ("Is the module installed, and where is the file?", "a module is missing"),
    "written_twice": (
        "Is every name different?",
        "the same key is written twice; another is missing",
    ),
    "forward_without_x": ("What goes into the layer?", "forward is called without its input"),
    "backward_missing": ("How does the network learn?", "the backward pass is missing"),
    "syntax": ("Are all brackets, quotes and colons there?", "a syntax error"),
    "endless": ("When does the loop end?", "a loop without end, or far too slow"),
    "recursion": ("When does the function stop calling itself?", "recursion without end"),
    "memory": ("How large does the array become?", "it needs too much memory"),
    "count_not_share": ("What is the largest accuracy?", "a count instead of a share"),
    "batches_left_out": (
        "What if there are fewer images than batch_size?",
        "the last, smaller batch is left out",
    ),
    "gradient_no_dict": (
        "What does the optimizer expect?",
        "gradient must return a dictionary, and params must be one",
    ),
    "gradient_left_out": ("Does each parameter have a gradient?", "a parameter has no gradient"),
    "gradients_swapped": (
        "Which gradient belongs to which layer?",
        "it is the gradient of another parameter",
    ),
    "gradient_zero": ("Where does dout begin?", "the gradient is 0"),
    "params_copied": (
        "Does the layer see a change of params?",
        "the layer holds a copy, not the array of params",
    ),
    "used_before_set": (
        "Which method sets this value, and has it run?",
        "the value is still None: forward or loss must store it first, or a return is missing",
    ),
    "size_float": (
        "Of which type is 4 / 2?",
        "/ gives a float; a size or an index must be an integer",
    ),
    "mask_of_other_input": (
        "Which input did forward see last?",
        "the mask belongs to another input: each place needs its own layer object",
    ),
    "index_outside": (
        "How many axes does the array have, and how long is each?",
        "an index outside the array",
    ),
    "arguments_differ": (
        "How many arguments does def list, and how many are given?",
        "the call and the definition have different arguments",
    ),
    "brackets_differ": (
        "Is it a function or an array?",
        "( ) and [ ] are confused: f(x) calls, a[i] indexes",
    ),
    "reshape_count": (
        "How many numbers are in the array, and how many in the new shape?",
        "reshape needs as many numbers as the array holds: the sizes, or the array, are wrong",
    ),
    "product_shapes": (
        "Which sizes meet in the middle of the product?",
        "the matrix product does not fit: one matrix must be transposed or reshaped",
    ),
    "broadcast": (
        "What are the shapes of the two sides?",
        "two arrays of different shapes are combined",
    ),
    "pad_pairs": (
        "How many axes does the array have?",
        "np.pad needs one pair of numbers for each axis",
    ),
    "axes_count": ("How many axes does the array have?", "an axis that the array does not have"),
    "size_negative": (
        "How large is the output by the size formula?",
        "a size is negative: the window is larger than the image",
    ),
    "unpack_count": (
        "How many values are on the right side?",
        "the number of names differs from the number of values",
    ),
    "shape_unfit": (
        "Which shape does this function expect?",
        "an array of another shape than the function expects",
    ),
    "self_missing": (
        "Who passes the object to its methods?",
        "the first argument of a method must be self",
    ),
    "method_misspelt": (
        "By which name does the network call this method?",
        "the method's name is misspelt",
    ),
    "layers_not_reversed": (
        "Which layer receives dout first?",
        "backward goes through the layers in the order of forward",
    ),
    "layer_shared": (
        "Whose input does a layer remember?",
        "one layer object is used in two places: it remembers only its last input",
    ),
    "indentation": (
        "How far are the lines of one block indented?",
        "the indentation is uneven, or mixes tabs and spaces",
    ),
    "print_statement": ("Which Python is it?", "this is Python 2: print is a function today"),
    "return_in_loop": (
        "How many times does the loop run?",
        "return is inside the loop: the loop ends after the first pass",
    ),
    "class_not_object": (
        "Is it a class or an object?",
        "the layer is a class, not an object: its () is missing",
    ),
    "argmax_axis": (
        "Is there one answer for each image, or for each class?",
        "argmax goes along the wrong axis",
    ),
    "outputs_swapped": (
        "In which order are the results returned?",
        "it is the right value of another result: the order is wrong",
    ),
    "factor": (
        "By which factor is the result multiplied or divided?",
        "every number is wrong by the same factor",
    ),
    "other_order": (
        "Where does each number belong?",
        "the numbers are right, but in the wrong places",
    ),
    "all_zero": (
        "Where is the result written?",
        "the result is 0 everywhere",
    ),
    "unreadable": (
        "In which encoding is the file saved?",
        "the file cannot be read as UTF-8 text",
    ),
    "one_line": (
        "Does this line do what it should?",
        "one change in this line makes it right",
    ),
    "line_missing": ("Is a step missing here?", "a line is missing"),
    "line_too_much": ("Is this line needed?", "a line is too much"),
    "line_place": ("Is this line in the right place?", "a line stands in the wrong place"),
}
