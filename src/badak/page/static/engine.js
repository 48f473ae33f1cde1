// The one interface between the page and what computes: a page asks an engine questions.
//
// Three engines answer: engines/here.js (the exported page: the forward pass alone, in JavaScript),
// engines/http.js (`badak serve`: everything) and the notebook's, over its messages. What an engine
// cannot answer is not in its `can`, and the page does not show it.

/** @typedef {{ shape: number[], data: Float32Array | Uint8Array | Int32Array }} Tensor */

/** A change of one weight that the page asks for: it holds for this question alone.
 * @typedef {{ parameter: string, index: number[], value: number }} Edit */

/** What any question about a network may carry: which network ("": the first), the image, as the
 * network takes it, and edits.
 * @typedef {{ network?: string, input?: Float32Array, edits?: Edit[] }} Looking */

/** @typedef {{ facts: any, arrays: Record<string, Tensor> }} Packet */

/** @typedef {object} Layer
 * @property {string} name  inside a block "block1.conv1"
 * @property {string} kind  of badak's layers: "Conv2d"
 * @property {string[]} reads  names of the layers it computes from; "" is the image
 * @property {string} source  the first of them, as it enters
 * @property {number[]} input
 * @property {number[]} shape  of its output: (C, H, W) or (D,)
 * @property {Record<string, number[]>} parameters  name -> shape
 */

/** @typedef {object} About
 * @property {number[]} input  (C, H, W)
 * @property {string[]} classes
 * @property {"picture" | "digit" | "filling"} prepare  how an image becomes the input
 * @property {number} crop
 * @property {number} parameters
 * @property {Layer[]} layers
 * @property {boolean} images  whether training and test images are at hand
 */

/** How a number is computed, which says what to draw: see badak.inspect.follow.
 * @typedef {"sum" | "max" | "function" | "statistics" | "join" | "copy" | "distance" | "unknown"} How */

/** A formula, the same with its numbers, and these by name.
 * @typedef {{ formula: string, worked: string, numbers: Record<string, number | null> }} Worked */

/** What a number is the gradient of.
 * @typedef {{ label: number, of: "logit" | "loss" }} Target */

/** @typedef {object} Explained
 * @property {string} layer
 * @property {string} kind
 * @property {number[]} index  (c, y, x), or (unit)
 * @property {number | null} value
 * @property {How} how
 * @property {{ layer: string, index: number[] | null, value: number | null }[]} reads
 * @property {number | null=} total  of a sum: its products'
 * @property {number | null=} bias
 * @property {number[] | null=} winner  of a maximum: its place in the grid
 * @property {number[] | null=} source  and in the layer that is read
 * @property {string | null=} origin  of a copy: whose number it is; null if a zero of padding
 */

/** @typedef {object} Columns
 * @property {string} layer
 * @property {number[]} index
 * @property {number | null} value
 * @property {number | null} total
 * @property {number | null} bias
 * @property {number} group
 * @property {number} column  of the matrix: y * OW + x
 * @property {number} row  of the filters: the filter's number within its group
 * @property {number[]} places  (OH, OW)
 * @property {number[]} matrix  (Cg * KH * KW, OH * OW)
 * @property {number[]} filters  (Fg, Cg * KH * KW)
 * @property {number} first_column  of the excerpts
 * @property {number} first_row
 */

/** @typedef {object} Back
 * @property {string} layer  "" is the image
 * @property {number[]} index
 * @property {number | null} value
 * @property {number | null} gradient
 * @property {({ layer: string, kind: string, how: How, gradient: number | null } & Worked)[]} readers
 */

/** @typedef {object} WeightBack
 * @property {string} parameter
 * @property {number[]} index
 * @property {string} layer
 * @property {string} kind
 * @property {number | null} value
 * @property {number | null} gradient
 * @property {"sum" | "unknown"} how
 * @property {number=} channel  of the input
 * @property {number=} filter  or map of the output
 */

/** A layer with filters. `index` of an edit is into `parameter`, which has the filters' shape, or
 * of a Linear's rows (F, C*KH*KW).
 * @typedef {object} FilterLayer
 * @property {string} name
 * @property {string} parameter  "conv1.weight"
 * @property {number[]} shape  (F, C, KH, KW)
 * @property {string} source  the layer it reads; "" is the image
 * @property {number} channels  how many that has: more than C if the filters are in groups
 * @property {boolean} rows  whether they are the rows of a Linear
 */

/** Images that excite a channel most, the strongest first, of `searched` of `total` images. Box i
 * begins at row, column `corners[i]`, which may be outside the image, and has `size` pixels.
 * @typedef {object} TopPatches
 * @property {number} searched
 * @property {number} total
 * @property {number[]} indices
 * @property {number[]} values
 * @property {number[]} labels
 * @property {number[][]} corners
 * @property {number[]} size
 */

/** What a run with snapshots recorded; `scales` holds the largest magnitude of all time of
 * filters.NAME and maps.NAME. Without snapshots there are `path` and `recorded` alone.
 * @typedef {object} TimelineFacts
 * @property {string | null} path  of the run
 * @property {boolean} recorded
 * @property {boolean} whole
 * @property {string[]} layers
 * @property {string[]} rectifiers
 * @property {string[]} weights
 * @property {number[]} labels
 * @property {string[]} classes
 * @property {Record<string, number>} scales
 */

/** Every question: what it takes, and the facts and arrays that answer it. In Python each is a
 * function of the same name, with the same arguments: badak/inspect/explore for one network,
 * badak/web/answers for runs, data sets and training.
 * @typedef {object} Questions
 * @property {Question<{}, About>} about
 * @property {Question<{}, { layers: FilterLayer[] }>} filter_layers
 * @property {Question<{ layer: string, start?: number, count?: number },
 *   { start: number, scale: number }>} filters
 *   arrays: weight (n, C, KH, KW); bias (n,) if there is one; connected (n, C) if a table leaves
 *   maps out; scale is the largest magnitude in the layer
 * @property {Question<{ layer: string, channel: number, images?: number, k?: number,
 *   part?: "train" | "test" }, TopPatches>} top_patches  arrays: images (k, C, H, W)
 * @property {Question<{ layer: string, channel: number, steps?: number },
 *   { first: number, last: number }>} maximize_activation
 *   arrays: image (C, H, W), activations (steps + 1,)
 * @property {Question<{ network?: string }, TimelineFacts>} timeline
 *   arrays, if it is recorded: steps, accuracy, dead.NAME, ratios.NAME and perhaps loss, all (T,);
 *   images (I, C, H, W); if it is whole also those of `moment` with T in front
 * @property {Question<{ network?: string, t: number }, { step: number }>} moment
 *   arrays: confusion (K, K), filters.NAME (F, C, KH, KW), maps.NAME (I, 8, OH, OW)
 * @property {Question<{ layers?: string[] | null }, { probabilities: number[] }>} forward
 *   arrays: the outputs by layer name
 * @property {Question<{ layer: string, index: number[] },
 *   { boxes: { layer: string, box: [number, number][], shape: number[] }[] }>} boxes
 *   what a number sees in every layer before it; [first, stop) of each axis, also beyond the map
 * @property {Question<{ layer: string, index: number[] }, Explained & Worked>} explain
 *   arrays: where its grid lies (channels, rows, columns, or units), inputs, inside, weights,
 *   products, kernel_rows, kernel_columns
 * @property {Question<{ layer: string, index: number[] }, Columns>} columns
 *   arrays: patch, filter, products, pixels; matrix, filters, product: excerpts
 * @property {Question<{ label: number }, { label: number, value: number, largest: number,
 *   total: number, loss: number } & Worked>} softmax
 *   arrays: logits, exponentials, probabilities
 * @property {Question<Target & { layers?: string[] | null }, Target & { value: number }>} gradients
 *   arrays: that of each layer's output by its name, "" for the image
 * @property {Question<Target & { layer: string, index: number[] }, Back & Target>} back
 *   arrays of reader n: "n.channels" and so on, "n.weights", "n.gradients", "n.products", "n.overlaps"
 * @property {Question<Target & { parameter: string, index: number[] }, WeightBack & Target>} weight_back
 *   arrays: inputs, gradients, products, input_rows, input_columns
 * @property {Question<{ part: string, number: number, network?: string },
 *   { number: number, count: number, label: number }>} image
 *   of the data set; arrays: image (C, H, W)
 * @property {Question<{ count: number }, { neighbours: { number: number, label: number,
 *   distance: number }[], searched: number, total: number, training: boolean }>} nearest
 *   of the images that the network learnt from, if they are known; arrays: images (K, C, H, W)
 * @property {Question<{ label: number }, { label: number }>} grad_cam  arrays: heat (H, W)
 * @property {Question<{ label: number }, { label: number, reached: boolean, steps: number,
 *   before: number, after: number }>} turn  into a class; arrays: image, change (C, H, W)
 * @property {Question<{}, SessionAbout>} session  what a served page asks first
 * @property {Question<{}, NetworkAbout>} network  opens it, if it is not open yet
 * @property {Question<{}, { networks: NetworkAbout[] }>} opened  the one used last at the end
 * @property {Question<{}, {}>} close
 * @property {Question<{}, RunList>} runs  of the runs folder, the best of each data set first
 * @property {Question<Judging, Results | Waiting>} results
 *   arrays: confusion (K, K); right, support, precision, recall, f1, low, high (K,); edges (B + 1,),
 *   counts, confidence, correct (B,)
 * @property {Question<Judging & Part & { truth?: number | null, predicted?: number | null }, Gallery | Waiting>} cell
 *   of the confusion matrix; a row or a column if one class is null; arrays: pictures (M, 1 or 3, h, w)
 * @property {Question<Judging & Part, Gallery | Waiting>} mistakes  the surest first; arrays as of cell
 * @property {Question<Pair, Comparison | Waiting>} compare
 *   arrays of the sides that are runs: "0.epochs", "0.train_loss", ..., "1.epochs", ... (E,)
 * @property {Question<Pair & Part & { right?: "first" | "second" }, Gallery | Waiting>} disagreements
 *   where one alone is right; arrays as of cell
 * @property {Question<{ network?: string }, { median: number, low: number, high: number, rounds: number,
 *   threads: number }>} speed  seconds for one image
 * @property {Question<{ text: string, shape: number[], classes?: number | null }, TypedLayers>} check_layers
 * @property {Question<{ model: string, shape: number[], classes: number },
 *   TypedLayers & { text: string | null }>} model_layers  text: null if it has blocks
 * @property {Question<{ dataset: string, augment?: string, count?: number, seed?: number },
 *   { labels: number[], classes: string[], augment: string }>} examples
 *   of training images; arrays: images (M, C, H, W), variants (V, M, C, H, W), shares (V, M, K)
 * @property {Question<{}, TrainOptions>} train_options  what can be chosen
 * @property {Question<TrainChoices, TrainCommand>} train_command  of a training, not started
 * @property {Question<TrainChoices, TrainBegun>} train_start
 * @property {Question<{ name: string, epochs?: number | null }, TrainBegun>} train_resume
 * @property {Question<{ do: "pause" | "resume" | "step" | "stop" }, TrainBegun>} train_control
 * @property {Question<{ input?: Float32Array | null }, {}>} train_watch
 *   the image whose maps the looks show; null: the first test image
 * @property {Question<{}, TrainNow>} train_state
 */

/** Layers that somebody types: those before the first fault, and all faults with their places.
 * @typedef {object} TypedLayers
 * @property {TypedLayer[]} layers
 * @property {{ start: number, end: number, message: string }[]} faults
 * @property {number} parameters
 * @property {number} flops  of one image
 * @property {string[] | null=} python  the layers in Python; null if there is a fault
 */

/** @typedef {object} TypedLayer
 * @property {string} name
 * @property {string} kind
 * @property {number[]} shape  of its output
 * @property {string} formula  of its size; "" without a window
 * @property {number} parameters
 * @property {number} flops
 * @property {number[]} sees  rows and columns of the image
 * @property {number=} start  its place in the text
 * @property {number=} end
 */

/** The options of `badak train`; null or left out is the option's default.
 * @typedef {object} TrainChoices
 * @property {string=} dataset
 * @property {string | null=} model
 * @property {string | null=} layers  typed; not with a model
 * @property {string | null=} weight_init
 * @property {number | null=} epochs
 * @property {number | null=} lr
 * @property {string | null=} optimizer
 * @property {number | null=} weight_decay
 * @property {string | null=} schedule  "none": a constant rate
 * @property {string | null=} augment  names with commas between, or "none"
 * @property {number | null=} label_smoothing
 * @property {"balanced" | null=} class_weight
 * @property {boolean=} balance
 * @property {number | null=} ema
 * @property {number | null=} early_stopping
 * @property {number | null=} batch_size
 * @property {number=} seed
 * @property {number | null=} limit_train
 * @property {number | null=} limit_test
 * @property {number | null=} evaluate_sample
 * @property {number | null=} checkpoint_every
 * @property {number | null=} snapshots  steps between them
 * @property {number | null=} image_size
 * @property {string | null=} name  of the run
 */

/** @typedef {object} TrainOptions
 * @property {TrainData[]} datasets
 * @property {TrainRecipe[]} models
 * @property {{ name: string, lr: number, weight_decay: number }[]} optimizers
 * @property {string[]} schedules
 * @property {string[]} augmentations
 * @property {string[]} weight_inits
 * @property {string} layers  an example of typed layers
 * @property {{ name: string, state: "finished" | "stopped" | "elsewhere" | "here" }[]} runs
 */

/** @typedef {object} TrainData
 * @property {string} name
 * @property {boolean} here  needs no download
 * @property {string} augment  what a recipe's `true` stands for
 * @property {number[]} shape  (C, H, W)
 * @property {number=} image_size  of a folder, whose images are read in any: that of the shape
 * @property {number} classes
 * @property {number} images  for training
 */

/** How a model trains by default. augment: true is the data set's own; null: none or the
 * optimizer's own.
 * @typedef {object} TrainRecipe
 * @property {string} name
 * @property {string} optimizer
 * @property {number | null} lr
 * @property {number | null} weight_decay
 * @property {string | null} schedule
 * @property {number} epochs
 * @property {boolean | string} augment
 * @property {number | null} label_smoothing
 * @property {number | null} ema
 */

/** @typedef {{ command: string, run: string, python: string[], fault?: string }} TrainCommand */
/** @typedef {{ command: string, run: string, state: TrainState }} TrainBegun */

/** "elsewhere": another process trains it. The last four are ends.
 * @typedef {"" | "starting" | "running" | "paused" | "stopping" | "finishing" | "elsewhere" |
 *   "finished" | "stopped" | "failed" | "died"} TrainState */

/** @typedef {object} TrainNow
 * @property {string} run
 * @property {string} path  of its directory, absolute
 * @property {"here" | "elsewhere" | "nowhere"} where
 * @property {TrainState} state
 * @property {string} words  for the reader
 * @property {string[]} lines  the last that the process printed
 * @property {number} step
 * @property {string} command
 * @property {{ run: string, pid: number }[]} elsewhere  runs that other processes train
 */

/** What a live packet's facts are, by `kind`. The first is a story; each other adds to it.
 * Step arrays (story, begin, steps): step, epoch, loss, accuracy, lr. Epoch arrays (story, begin):
 * epochs.epoch, epochs.step, epochs.train_loss, epochs.train_accuracy, epochs.validation_loss,
 * epochs.validation_accuracy.
 * @typedef {LiveStory | LiveBegin | LiveSteps | LiveEpoch | LiveLook | LiveState | LiveGone} LiveFacts */

/** @typedef {{ kind: "gone", words: string }} LiveGone
 *   the engine's own: the connection was lost, or refused for a reason in words */

/** @typedef {object} LiveStory
 * @property {"story"} kind
 * @property {string} run
 * @property {string} path  of its directory, absolute
 * @property {"here" | "elsewhere" | "nowhere"} where
 * @property {TrainState} state
 * @property {string} words
 * @property {string[]} lines
 * @property {string} command
 * @property {"steps" | "epochs"} detail  "epochs": new points come at the end of each epoch
 * @property {number} every  steps between two points
 * @property {LiveBegin | null} begin
 */

/** @typedef {object} LiveBegin
 * @property {"begin"} kind
 * @property {string} run
 * @property {number} epochs
 * @property {number} batch_count  steps of an epoch
 * @property {number} step  made before, if it was resumed
 * @property {number} epoch
 * @property {number} batch_size
 * @property {number} images
 * @property {number[]} input
 * @property {number} parameters
 * @property {string[]} classes
 * @property {string} about
 */

/** @typedef {{ kind: "steps", step: number, epoch: number, rate: number | null }} LiveSteps
 *   rate: images per second; null of a run elsewhere */

/** @typedef {object} LiveEpoch
 * @property {"epoch"} kind
 * @property {number} epoch
 * @property {number} step
 * @property {number} train_loss
 * @property {number} train_accuracy
 * @property {number | null} validation_loss
 * @property {number | null} validation_accuracy
 */

/** Arrays: image, probabilities, filters.LAYER, maps.LAYER, activations.LAYER, gradients.LAYER,
 * weights.PARAMETER; the last three are histograms of 40 equal bins from -reach to reach.
 * @typedef {object} LiveLook
 * @property {"look"} kind
 * @property {number} step
 * @property {number} epoch
 * @property {number} predicted
 * @property {LiveLayer[]} layers
 * @property {LiveParameter[]} parameters
 */

/** @typedef {object} LiveLayer
 * @property {string} name
 * @property {string} kind
 * @property {number[]} shape
 * @property {boolean} filters
 * @property {boolean} maps
 * @property {number} activations  reach of its histogram
 * @property {number} gradients  likewise
 * @property {number | null} dead  share of a ReLU's units that are always 0
 */

/** @typedef {{ name: string, layer: string, weights: number, ratio: number | null }} LiveParameter
 *   weights: reach of its histogram; ratio: length of the last update by the weight's own */

/** @typedef {object} LiveState
 * @property {"state"} kind
 * @property {TrainState} state
 * @property {number} step
 * @property {string} words
 * @property {string[]} lines
 */

/** A network, and the network whose test images it is measured on; "" is its own.
 * @typedef {{ network?: string, images?: string }} Judging */
/** @typedef {{ first?: string, second?: string, images?: string }} Pair */
/** Which images of many; count is at most 48. @typedef {{ start?: number, count?: number }} Part */

/** Images are being predicted: ask again. `total` is 0 while they are read.
 * @typedef {{ ready: false, done: number, total: number }} Waiting */

/** @typedef {object} Results
 * @property {true} ready
 * @property {string} data  the data set's name
 * @property {{ epoch: number, epochs: number, on: string } | null} best  the epoch whose weights these are, and
 *   the images that chose it: "validation images", "test images" or "held-out images"
 * @property {string[]} classes
 * @property {number} images  how many were predicted, of the `total`
 * @property {number} total
 * @property {number} wrong
 * @property {number} accuracy @property {[number, number]} interval  95 %
 * @property {number} macro_precision @property {number} macro_recall
 * @property {number} macro_f1 @property {[number, number]} f1_interval
 * @property {number | null} top  share of images whose class is among the 5 most probable
 * @property {number} calibration_error @property {number} mean_confidence
 */

/** One image of an answer: `index` in the test set, its classes, and the probabilities of the true
 * class, `own`, and of the predicted one.
 * @typedef {{ index: number, truth: number, predicted: number, own: number, confidence: number }} Sample */
/** @typedef {{ ready: true, total: number, images: Sample[] }} Gallery */

/** @typedef {object} Comparison
 * @property {true} ready
 * @property {string} data @property {string[]} classes
 * @property {string} source  the network whose test images were used
 * @property {number} images @property {number} total
 * @property {Side[]} sides  two
 * @property {number} only_first @property {number} only_second
 * @property {number} both_right @property {number} both_wrong
 * @property {number} p_value  of the exact form of McNemar's test
 */

/** @typedef {object} Side
 * @property {string} network @property {string} title @property {string} model @property {string} training
 * @property {number} accuracy @property {[number, number]} interval
 * @property {number} macro_f1 @property {number} calibration_error
 * @property {number} parameters @property {number} bytes
 */

/** @typedef {object} RunRow
 * @property {string} network  its id @property {string} name @property {string} data @property {string} model
 * @property {number[]} input @property {number} classes
 * @property {number} epochs @property {number} of
 * @property {number | null} best  epoch @property {number | null} accuracy  of that epoch
 * @property {number} bytes  of the model file; 0 if there is none yet
 * @property {number} changed  seconds since 1970
 */
/** @typedef {{ folder: string, runs: RunRow[], total: number, left_out: string[] }} RunList */

/** A network that the server has open. A model file is sent by `POST /api/open?name=NAME`, its bytes
 * as application/octet-stream; the reply is this as JSON.
 * @typedef {object} NetworkAbout
 * @property {string} network  its id: "run/NAME" in the runs folder (opened when it is first asked
 *   about), "file/HEX" that was sent, "given" on the command line, "fresh" without training
 * @property {string} title  what people call it: the run's or the file's name
 * @property {{ path: string, data: string, model: string, training: string, weights: string[] }?} run
 * @property {import("./shell.js").Code} code  the lines of Python that make it, and its images
 */

/** @typedef {NetworkAbout & { version: string, questions: string[], runs_dir: string }} SessionAbout */

/** @template Params, Facts @typedef {{ params: Params, facts: Facts }} Question */

/** @typedef {object} Engine
 * @property {ReadonlySet<string>} can  the questions it answers
 * @property {boolean=} blocks  whether it computes in the page's own thread, which then cannot draw
 * @property {<Q extends keyof Questions>(question: Q, params: Questions[Q]["params"] & Looking) =>
 *   Promise<{ facts: Questions[Q]["facts"], arrays: Record<string, Tensor> }>} ask
 *   rejects with an Error whose message is for the reader
 * @property {((hear: (packet: { facts: LiveFacts, arrays: Record<string, Tensor> }) => void,
 *   run?: string) => { close: () => void })=} live
 *   what a training tells while it runs: the one of this server, or a run's
 */

export {};
