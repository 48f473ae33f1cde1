"""The texts of `badak.lessons.quiz`, one table per language."""

_EN = {
    "size": (
        "Input {size}x{size}, filter {kernel}x{kernel}, stride {stride}, padding {padding}: "
        "the output's height?"
    ),
    "left": (
        "Input {size}x{size}, filter {kernel}x{kernel}, stride {stride}, padding 0: how many of "
        "the last rows does no window reach?"
    ),
    "weight": "x {x}, {filters} filters of {kernel}x{kernel}, stride 1, padding 0: W's shape?",
    "kernels": "How many tables of {kernel}x{kernel} numbers (kernels) are in this W?",
    "biases": "How many numbers are in b?",
    "output": "x {x}, {filters} filters of {kernel}x{kernel}, stride 1, padding 0: output's shape?",
    "parameters": "How many numbers does this layer learn, W and b together?",
    "size_hint": "Divide H + 2P - FH by S, round down, and add 1.",
    "left_hint": "Where does the last window end? Count the rows after it.",
    "weight_hint": "(filters, channels of x, height, width).",
    "kernels_hint": "Each filter has one kernel per channel of x.",
    "biases_hint": "One per filter.",
    "output_hint": "(images, filters, OH, OW).",
    "parameters_hint": "filters x channels x height x width, and one bias per filter.",
    "without_one": "The first window counts too: + 1.",
    "rounded_up": "A window that does not fit whole is left out: round down.",
    "padding_once": "There is padding on both sides: 2P.",
    "padding_forgotten": "The padding is missing: + 2P.",
    "stride_forgotten": "The window moves {stride} at a time: divide by S.",
    "input_size": "That is the size of the input.",
    "none_left": "The last window would have to end at the last row exactly. Does it?",
    "axes_swapped": "The filters come first, the channels after them.",
    "no_slices": "A filter has one slice for each of {c} channels.",
    "one_slice": "A filter has one slice for each of {c} channels, not a single one.",
    "batch_in_weight": "The filters do not depend on the number of images.",
    "filters_counted": "These are the filters; each has {c} kernels.",
    "slices_counted": "These are the kernels of one filter; there are {filters} filters.",
    "bias_per_kernel": "One bias per filter, not per kernel.",
    "bias_for_all": "Each filter has its own bias.",
    "maps_not_summed": "A filter's {c} partial maps are added up to one.",
    "channels_kept": "The output has as many channels as there are filters.",
    "batch_left_out": "The first axis is missing: the images.",
    "size_kept": "Without padding the output is smaller: {out}.",
    "cells_in_output": "That is the size of the filter, not of the map.",
    "bias_left_out": "b is missing.",
    "per_image": "All images share the same filters.",
    "right": "{answer}: right.",
    "wrong": "{answer}: wrong. {why}",
    "open": "not answered yet.",
    "no_number": "{answer!r}: a number or a tuple of numbers is needed.",
    "total": "{right} of {count} right.",
}
_KO = {
    "size": (
        "입력 {size}x{size}, 필터 {kernel}x{kernel}, 스트라이드 {stride}, 패딩 {padding}: "
        "출력의 높이는?"
    ),
    "left": (
        "입력 {size}x{size}, 필터 {kernel}x{kernel}, 스트라이드 {stride}, 패딩 0: "
        "어느 윈도우도 닿지 않는 마지막 행은 몇 개인가?"
    ),
    "weight": (
        "x의 형상 {x}, {kernel}x{kernel} 필터 {filters}개, 스트라이드 1, 패딩 0: W의 형상은?"
    ),
    "kernels": "이 W에는 {kernel}x{kernel} 커널이 모두 몇 장 들어 있는가?",
    "biases": "편향 b에는 숫자가 몇 개 들어 있는가?",
    "output": (
        "x의 형상 {x}, {kernel}x{kernel} 필터 {filters}개, 스트라이드 1, 패딩 0: 출력의 형상은?"
    ),
    "parameters": "이 계층의 매개변수는 W와 b를 합쳐 몇 개인가?",
    "size_hint": "H + 2P - FH를 S로 나누어 내림하고 1을 더한다.",
    "left_hint": "마지막 윈도우는 몇 번째 행에서 끝나는가? 그 뒤의 행을 센다.",
    "weight_hint": "(필터 수, x의 채널 수, 높이, 너비) 순서다.",
    "kernels_hint": "필터마다 x의 채널 수만큼 커널이 있다.",
    "biases_hint": "필터마다 하나다.",
    "output_hint": "(이미지 수, 필터 수, OH, OW) 순서다.",
    "parameters_hint": "필터 수, 채널 수, 높이, 너비를 모두 곱하고 필터마다 편향 하나를 더한다.",
    "without_one": "첫 윈도우도 센다. 1을 더해야 한다.",
    "rounded_up": "다 들어가지 않는 윈도우는 세지 않는다. 내림한다.",
    "padding_once": "패딩은 양쪽에 붙는다. P가 아니라 2P다.",
    "padding_forgotten": "패딩을 빠뜨렸다. 2P를 더한다.",
    "stride_forgotten": "윈도우는 한 번에 {stride}칸씩 움직인다. S로 나눈다.",
    "input_size": "그것은 입력의 크기다.",
    "none_left": "그러려면 마지막 윈도우가 마지막 행에서 꼭 맞게 끝나야 한다. 정말 그런가?",
    "axes_swapped": "필터 수가 먼저고 채널 수가 다음이다.",
    "no_slices": "필터 하나에는 채널 {c}개마다 커널이 한 장씩 있다.",
    "one_slice": "필터 하나의 커널은 한 장이 아니다. 채널 {c}개마다 한 장씩 있다.",
    "batch_in_weight": "필터는 이미지 수와 상관없다.",
    "filters_counted": "그것은 필터의 수다. 필터마다 커널이 {c}장 있다.",
    "slices_counted": "그것은 필터 하나에 든 커널의 수다. 필터는 {filters}개다.",
    "bias_per_kernel": "편향은 커널마다가 아니라 필터마다 하나다.",
    "bias_for_all": "편향은 필터마다 따로 있다.",
    "maps_not_summed": "필터 하나가 만든 {c}장은 더해져 맵 한 장이 된다.",
    "channels_kept": "출력의 채널 수는 필터의 수와 같다.",
    "batch_left_out": "첫째 축, 곧 이미지 수가 빠졌다.",
    "size_kept": "패딩이 없으면 작아진다. 한 변이 {out}이다.",
    "cells_in_output": "그것은 맵이 아니라 필터의 크기다.",
    "bias_left_out": "편향이 빠졌다.",
    "per_image": "모든 이미지가 같은 필터를 쓴다.",
    "right": "{answer}: 맞다.",
    "wrong": "{answer}: 틀리다. {why}",
    "open": "아직 답하지 않았다.",
    "no_number": "{answer!r}: 숫자나 숫자의 튜플로 답한다.",
    "total": "{count}문제 중 {right}문제를 맞혔다.",
}
WORDS = {"en": _EN, "ko": _KO}
