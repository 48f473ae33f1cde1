"""COMMENTS: the remarks in the lines of `badak.lessons.check.faults`, in Korean."""

from collections.abc import Mapping

from badak.lessons.check.faults import START

COMMENTS: Mapping[str, str] = {
    f"with loops: {START}": f"반복문이면 {START}",
    "col2im likewise": "col2im도 마찬가지다",
    "from 0 to out_h - 1": "0부터 out_h - 1까지",
    "C (1) before FH (2), FW (3)": "C(1)가 FH(2), FW(3)보다 앞에 온다",
    "(FN, C, FH, FW), FH before FW": "(FN, C, FH, FW): FH가 FW보다 앞에 온다",
    "out_h (4) before out_w (5)": "out_h(4)가 out_w(5)보다 앞에 온다",
    "N (0) first": "N(0)이 맨 앞에 온다",
    "// rounds down": "//는 내림한다",
    "dW = np.zeros_like(W) before the loop": "반복문 앞에서 dW = np.zeros_like(W)",
    ": takes all channels": ":은 모든 채널을 가져온다",
    "floats; not zeros_like of integers": "실수 배열. 정수 배열의 zeros_like가 아니다",
    "a sum, no mean": "평균이 아니라 합",
    "the loss has divided by N already": "N으로는 손실에서 이미 나누었다",
    "without keepdims": "keepdims 없이",
    "or -np.inf, not 0": "또는 -np.inf. 0이 아니다",
    "a @ b, not a * b": "a * b가 아니라 a @ b",
    "self.mask = x <= 0, of forward": "self.mask = x <= 0은 forward에서 구한 것",
    "put back what was there": "원래 값을 되돌려 놓는다",
    "before np.exp(x)": "np.exp(x)보다 먼저",
    "minus, not divided by": "나누지 않고 뺀다",
    "N rows": "행이 N개다",
    "t: class numbers": "t는 클래스의 번호다",
    "once, in the loss alone": "한 번만, 손실에서만 나눈다",
    "y minus t": "y에서 t를 뺀다",
    "in training or in prediction": "훈련과 추론 가운데 한 곳에서만 곱한다",
    "divided by N": "N으로 나눈다",
    "no copy": "복사하지 않는다",
    "forward first, then backward": "순전파를 먼저, 역전파를 나중에",
    "//, or int(...)": "// 또는 int(...)",
    "before the line; a.reshape(N, -1) finds one size itself": (
        "이 줄 앞에서 출력해 본다. a.reshape(N, -1)은 크기 하나를 스스로 구한다"
    ),
    "(n, k) and (k, m); a.T turns a matrix": "(n, k)와 (k, m)이어야 한다. a.T는 행렬을 전치한다",
    "before the line": "이 줄 앞에서 출력해 본다",
    "pool_h * pool_w: height times width": "pool_h * pool_w: 높이 곱하기 너비",
    "self.dW = np.zeros_like(W) before the loops": "반복문 앞에서 self.dW = np.zeros_like(W)",
    "indented like the for, not like its body": "for의 몸통이 아니라 for와 같은 깊이로 들여쓴다",
}
