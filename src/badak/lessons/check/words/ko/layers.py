"""Faults of the other layers, the loss and derivatives: the question, the fault's name."""

FAULTS = {
    "bias_forgotten": ("W가 모두 0이면 출력은 무엇인가?", "편향을 더하지 않았다"),
    "weight_reshaped": (
        "가중치 행렬의 한 열에는 무엇이 들어 있는가?",
        "W를 전치하지 않고 reshape만 했다",
    ),
    "gradient_not_transposed": ("W의 형상은 무엇인가?", "dW를 전치하지 않았다"),
    "gradient_not_reshaped": ("W의 형상은 무엇인가?", "dW의 형상이 W의 형상과 다르다"),
    "mean_instead_of_sum": (
        "이미지 수로 나누는 일은 어느 계층이 하는가?",
        "기울기를 N으로 한 번 더 나누었다",
    ),
    "bias_axis": ("편향은 무엇마다 하나씩 있는가?", "편향의 기울기를 엉뚱한 축을 따라 더했다"),
    "bias_one_number": ("편향은 무엇마다 하나씩 있는가?", "편향의 기울기를 하나로 모두 더했다"),
    "bias_keeps_axes": ("b의 형상은 무엇인가?", "편향의 기울기에 길이가 1인 축이 남았다"),
    "bias_not_summed": ("b의 형상은 무엇인가?", "편향의 기울기를 배치 전체에 대해 더하지 않았다"),
    "dout_forgotten": ("dout이 두 배가 되면 기울기는 어떻게 되는가?", "dout을 곱하지 않았다"),
    "weight_transposed": ("W의 형상은 무엇인가?", "W를 전치해서 곱했다"),
    "elementwise_product": ("*인가, np.dot인가?", "행렬 곱 대신 원소별 곱을 했다"),
    "weight_not_transposed": (
        "dout과 W의 형상은 무엇인가?",
        "backward에서 W를 전치하지 않았다",
    ),
    "shape_not_restored": ("x의 형상은 무엇이었는가?", "dx의 형상을 x의 형상으로 되돌리지 않았다"),
    "weight_instead_of_input": (
        "dW를 구하려면 무엇이 필요한가?",
        "dW를 입력이 아니라 W로 계산했다",
    ),
    "input_not_transposed": ("W의 형상은 무엇인가?", "dW를 구할 때 입력을 전치하지 않았다"),
    "absolute": ("-1은 무엇이 되는가?", "0으로 만들지 않고 절댓값을 구했다"),
    "mask_inverted": ("어떤 값이 통과하는가?", "마스크가 거꾸로다"),
    "step_instead_of_input": ("3은 무엇이 되는가?", "입력값 대신 0이나 1을 출력했다"),
    "lets_all_through": (
        "순전파에서 음수는 무엇이 되었는가?",
        "기울기를 어디서나 그대로 흘려보냈다",
    ),
    "mask_of_dout": ("무엇의 부호에 따라 정하는가?", "입력이 아니라 dout의 부호에 따라 정했다"),
    "times_input": ("이 노드의 미분은 얼마인가?", "기울기에 입력을 곱했다"),
    "sign_of_exponent": ("x가 아주 크면 얼마에 가까워지는가?", "exp 안의 부호가 틀렸다"),
    "denominator_without_one": ("x가 0이면 얼마인가?", "분모의 1을 빠뜨렸다"),
    "input_instead_of_output": (
        "y * (1 - y)에서 y는 무엇인가?",
        "backward에서 출력이 아니라 입력을 썼다",
    ),
    "half_the_slope": (
        "x가 0일 때 미분은 얼마인가?",
        "y와 1 - y 가운데 하나를 빠뜨렸다",
    ),
    "sigmoid_twice": ("순전파에서 무엇을 저장했는가?", "출력에 시그모이드를 한 번 더 적용했다"),
    "sum_instead_of_product": ("100 곱하기 2는 얼마인가?", "* 대신 +를 썼다"),
    "product_instead_of_sum": ("100 더하기 2는 얼마인가?", "+ 대신 *를 썼다"),
    "not_swapped": (
        "x가 1만큼 커지면 x * y는 얼마나 커지는가?",
        "역전파에서 x와 y를 서로 바꾸지 않았다",
    ),
    "halved": ("x가 1만큼 커지면 x + y는 얼마나 커지는가?", "기울기를 절반으로 나누었다"),
    "changes_input": (
        "호출한 뒤에도 입력이 그대로인가?",
        "복사하지 않고 입력 배열을 직접 바꾸었다",
    ),
    "overflow": ("exp(1000)은 얼마인가?", "최댓값을 빼지 않아 오버플로가 일어난다"),
    "whole_batch": (
        "행마다 합이 1인가?",
        "행마다 따로 하지 않고 배치 전체에 소프트맥스를 적용했다",
    ),
    "softmax_axis": ("행마다 합이 1인가?", "행이 아니라 열을 따라 소프트맥스를 적용했다"),
    "divided_by_max": (
        "x에 어떤 계산을 해도 결과가 그대로인가?",
        "최댓값을 빼지 않고 최댓값으로 나누었다",
    ),
    "not_normalised": ("행마다 합이 1인가?", "지수의 합으로 나누지 않았다"),
    "sum_instead_of_mean": ("배치가 커지면 손실도 커지는가?", "배치의 평균이 아니라 합을 구했다"),
    "mean_over_classes": ("합을 무엇으로 나누는가?", "클래스 수로도 나누었다"),
    "sign_of_loss": ("손실이 음수일 수 있는가?", "마이너스 부호를 빠뜨렸다"),
    "labels_as_one_hot": (
        "t는 숫자 레이블인가, 원-핫 인코딩인가?",
        "숫자 레이블을 원-핫 인코딩처럼 다루었다",
    ),
    "one_hot_as_labels": (
        "t는 숫자 레이블인가, 원-핫 인코딩인가?",
        "원-핫 인코딩을 숫자 레이블처럼 다루었다",
    ),
    "not_divided_by_batch": (
        "손실은 배치의 합인가, 평균인가?",
        "기울기를 배치 크기로 나누지 않았다",
    ),
    "divided_by_all": (
        "손실을 무엇으로 나누었는가?",
        "N으로 나누어야 하는데 원소 수 전체로 나누었다",
    ),
    "divided_twice": ("손실을 무엇으로 나누었는가?", "배치 크기로 두 번 나누었다"),
    "probabilities_alone": ("정답 레이블은 어디에서 쓰이는가?", "정답 레이블을 빼지 않았다"),
    "sign_of_gradient": ("어느 쪽으로 가면 손실이 커지는가?", "부호가 반대다"),
    "state_changed": (
        "backward를 한 번 더 호출하면 어떻게 되는가?",
        "backward가 저장해 둔 self.y를 바꾼다",
    ),
    "step_not_doubled": ("두 점은 얼마나 떨어져 있는가?", "2h가 아니라 h로 나누었다"),
    "step_halved": ("두 점은 얼마나 떨어져 있는가?", "나누는 수가 너무 크다"),
    "predicted_random": ("추론 결과가 할 때마다 달라도 되는가?", "추론할 때도 뉴런을 삭제한다"),
    "drops_in_prediction": (
        "추론 결과가 할 때마다 달라도 되는가?",
        "추론할 때도 뉴런을 삭제한다",
    ),
    "keeps_what_it_should_drop": (
        "얼마의 비율을 삭제하는가?",
        "부등호가 반대라서 삭제할 것을 남긴다",
    ),
    "drops_nothing": ("얼마의 비율을 삭제하는가?", "아무것도 삭제하지 않는다"),
    "dropout_scale": ("훈련 때와 추론 때의 평균이 같은가?", "삭제하지 않은 비율을 곱하지 않았다"),
    "dropout_scale_twice": (
        "훈련 때와 추론 때의 평균이 같은가?",
        "훈련할 때와 추론할 때 모두 비율을 반영했다",
    ),
    "mask_of_forward": (
        "순전파에서 어떤 값이 통과했는가?",
        "backward가 forward의 마스크를 쓰지 않는다",
    ),
    "variance_not_rooted": ("출력의 표준편차는 얼마인가?", "표준편차가 아니라 분산으로 나누었다"),
    "norm_axis": ("무엇에 대한 평균인가?", "엉뚱한 축을 따라 정규화했다"),
    "unbiased_variance": ("분산을 구할 때 무엇으로 나누는가?", "분산을 N - 1로 나누어 구했다"),
    "scale_forgotten": ("gamma는 무슨 일을 하는가?", "gamma를 곱하지 않았다"),
    "shift_forgotten": ("beta는 무슨 일을 하는가?", "beta를 더하지 않았다"),
    "mean_not_subtracted": ("출력의 평균은 얼마인가?", "평균을 빼지 않았다"),
    "mean_is_constant": ("x가 바뀌면 평균도 바뀌는가?", "역전파에서 평균을 상수로 여겼다"),
    "variance_is_constant": ("x가 바뀌면 분산도 바뀌는가?", "역전파에서 분산을 상수로 여겼다"),
    "both_are_constant": (
        "x가 바뀌면 평균과 분산도 바뀌는가?",
        "역전파에서 평균과 분산을 상수로 여겼다",
    ),
    "norm_input": (
        "gamma는 무엇과 곱해지는가?",
        "dgamma를 구할 때 정규화한 값이 아니라 x를 썼다",
    ),
    "predicts_with_batch": (
        "함께 넣은 다른 이미지에 따라 추론 결과가 달라져도 되는가?",
        "추론할 때 이동 평균이 아니라 그 배치의 평균과 분산을 썼다",
    ),
    "one_dimension_only": (
        "x가 행렬이면 x[0]은 무엇인가?",
        "인덱스를 하나만 써서 1차원 배열에서만 작동한다",
    ),
    "one_sided": (
        "두 점은 얼마나 떨어져 있는가?",
        "전방 차분이라 오차가 크다. 중심 차분을 써야 한다",
    ),
    "step_too_small": (
        "컴퓨터에서 3 + h는 얼마인가?",
        "h가 반올림 오차로 사라지거나, x를 바꾸지 않았다",
    ),
    "momentum_swapped": (
        "지금까지의 값과 이번 배치 가운데 어느 쪽을 더 많이 반영하는가?",
        "momentum을 이동 평균이 아니라 이번 배치에 곱했다",
    ),
    "mask_not_zero": (
        "출력이 0인 곳에서 미분은 얼마인가?",
        "마스크가 True인 곳을 0으로 만들지 않았다",
    ),
    "statistics_not_kept": (
        "이동 평균은 언제 바뀌는가?",
        "훈련할 때 이동 평균을 갱신하지 않았다",
    ),
}
