"""Faults of the other layers, the loss and derivatives: the question, the fault's name."""

FAULTS = {
    "bias_forgotten": ("What is the output if W is 0?", "the bias is not added"),
    "weight_reshaped": (
        "What is in one column of your weight matrix?",
        "W is reshaped without transpose",
    ),
    "gradient_not_transposed": ("What is the shape of W?", "dW is not transposed"),
    "gradient_not_reshaped": ("What is the shape of W?", "dW is not in the shape of W"),
    "mean_instead_of_sum": (
        "Who divides by the number of images?",
        "the gradient is divided by N a second time",
    ),
    "bias_axis": (
        "How many numbers are in b, and why?",
        "the bias gradient is summed over the wrong axis",
    ),
    "bias_one_number": (
        "How many numbers are in b, and why?",
        "the bias gradient is summed over all axes",
    ),
    "bias_keeps_axes": ("What is the shape of b?", "the bias gradient keeps an axis of length 1"),
    "bias_not_summed": (
        "What is the shape of b?",
        "the bias gradient is not summed over the batch",
    ),
    "dout_forgotten": ("What if dout is doubled?", "dout is not used"),
    "weight_transposed": ("What is the shape of W?", "W is transposed"),
    "elementwise_product": ("Is it * or np.dot?", "elementwise product instead of matrix product"),
    "weight_not_transposed": (
        "What are the shapes of dout and W?",
        "W is not transposed in backward",
    ),
    "shape_not_restored": ("What was the shape of x?", "dx is not in the shape of x"),
    "weight_instead_of_input": (
        "What does dW depend on?",
        "dW is computed from W instead of the input",
    ),
    "input_not_transposed": ("What is the shape of W?", "the input is not transposed for dW"),
    "absolute": ("What becomes of -1?", "the absolute value instead of 0"),
    "mask_inverted": ("Which values pass?", "the mask is inverted"),
    "step_instead_of_input": ("What becomes of 3?", "0 or 1 instead of the value"),
    "lets_all_through": (
        "What did forward do to negative values?",
        "the gradient passes unchanged everywhere",
    ),
    "mask_of_dout": (
        "Which sign decides: that of dout or that of the input?",
        "the sign of dout decides instead of the input's",
    ),
    "times_input": ("What is the slope?", "the gradient is multiplied by the input"),
    "sign_of_exponent": ("What is the limit for large x?", "the sign in exp is wrong"),
    "denominator_without_one": ("What is it at 0?", "the 1 + in the denominator is missing"),
    "input_instead_of_output": (
        "What is y in y * (1 - y)?",
        "backward uses the input instead of the output",
    ),
    "half_the_slope": ("What is the slope at 0?", "one of the factors y and 1 - y is missing"),
    "sigmoid_twice": ("What did forward store?", "sigmoid is applied to the output again"),
    "sum_instead_of_product": ("What is 100 times 2?", "+ instead of *"),
    "product_instead_of_sum": ("What is 100 plus 2?", "* instead of +"),
    "not_swapped": (
        "How much does x * y grow if x grows by 1?",
        "x and y are not swapped in backward",
    ),
    "halved": ("How much does x + y grow if x grows by 1?", "the gradient is halved"),
    "changes_input": (
        "Is the input the same afterwards?",
        "the input is changed in place: no copy",
    ),
    "overflow": ("What is exp(1000)?", "exp overflows: the maximum is not subtracted"),
    "whole_batch": ("Does each row sum to 1?", "softmax over the whole batch instead of each row"),
    "softmax_axis": ("Does each row sum to 1?", "softmax over columns instead of rows"),
    "divided_by_max": (
        "What does a shift of x leave unchanged?",
        "divided by the maximum instead of subtracting it",
    ),
    "not_normalised": ("Does each row sum to 1?", "the division by the sum is missing"),
    "sum_instead_of_mean": (
        "Does a larger batch give a larger loss?",
        "sum instead of mean over the batch",
    ),
    "mean_over_classes": (
        "By which number is the sum divided?",
        "divided by the number of classes too",
    ),
    "sign_of_loss": ("Can the loss be negative?", "the minus sign is missing"),
    "labels_as_one_hot": (
        "Is t class numbers or one-hot rows?",
        "class numbers are treated as one-hot rows",
    ),
    "one_hot_as_labels": (
        "Is t class numbers or one-hot rows?",
        "one-hot rows are treated as class numbers",
    ),
    "not_divided_by_batch": (
        "Is the loss a sum or a mean?",
        "the gradient is not divided by the batch size",
    ),
    "divided_by_all": ("By what is the loss divided?", "divided by N times classes instead of N"),
    "divided_twice": ("By what is the loss divided?", "divided by the batch size twice"),
    "probabilities_alone": ("Where do the labels come in?", "the labels are not subtracted"),
    "sign_of_gradient": ("Which direction is uphill?", "the sign is reversed"),
    "state_changed": ("What if backward is called again?", "backward changes the stored self.y"),
    "step_not_doubled": ("How far apart are the two points?", "divided by h instead of 2h"),
    "step_halved": ("How far apart are the two points?", "divided by too much"),
    "predicted_random": ("Is a prediction random?", "values are dropped in prediction too"),
    "drops_in_prediction": ("Is a prediction random?", "values are dropped in prediction too"),
    "keeps_what_it_should_drop": (
        "Which share is dropped?",
        "the comparison is reversed: it keeps what it should drop",
    ),
    "drops_nothing": ("Which share is dropped?", "nothing is dropped"),
    "dropout_scale": ("Is the mean the same in training and prediction?", "the scale is missing"),
    "dropout_scale_twice": (
        "Is the mean the same in training and prediction?",
        "scaled in training and in prediction",
    ),
    "mask_of_forward": ("Which values passed in forward?", "backward does not use forward's mask"),
    "variance_not_rooted": (
        "What is the spread of the output?",
        "divided by the variance, not its root",
    ),
    "norm_axis": ("Over which axis is the mean taken?", "normalised over the wrong axis"),
    "unbiased_variance": ("By what is the variance divided?", "the variance is divided by N - 1"),
    "scale_forgotten": ("What does gamma do?", "gamma is not used"),
    "shift_forgotten": ("What does beta do?", "beta is not added"),
    "mean_not_subtracted": ("What is the mean of the output?", "the mean is not subtracted"),
    "mean_is_constant": ("Does the mean depend on x?", "backward treats the mean as a constant"),
    "variance_is_constant": (
        "Does the variance depend on x?",
        "backward treats the variance as a constant",
    ),
    "both_are_constant": (
        "Do mean and variance depend on x?",
        "backward treats mean and variance as constants",
    ),
    "norm_input": ("What does gamma multiply?", "dgamma uses x instead of the normalised x"),
    "predicts_with_batch": (
        "Does a prediction depend on the other images?",
        "prediction uses the batch's own statistics",
    ),
    "one_dimension_only": (
        "What is x[0] if x is a matrix?",
        "the loop takes one index: it works for one dimension only",
    ),
    "one_sided": (
        "How far apart are the two points?",
        "a forward difference: the error is about h, not h squared",
    ),
    "step_too_small": (
        "What is 3 + h in the computer?",
        "h is lost in rounding, or x is not changed at all",
    ),
    "momentum_swapped": (
        "Which counts more: the past, or this batch?",
        "momentum multiplies the batch, not the running statistics",
    ),
    "mask_not_zero": (
        "What is the slope where the output is 0?",
        "the masked values are not set to 0",
    ),
    "statistics_not_kept": (
        "When do the running statistics change?",
        "training does not change the running statistics",
    ),
}
