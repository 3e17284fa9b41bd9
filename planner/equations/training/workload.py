"""What is trained: parameters and floating-point operations from the architecture."""

import numpy as np


def global_batch(batch_tokens, sequence_length):
    """Sequences in one optimizer step. [1]

    B = ⌊B_token / s⌉, at least 1
    """
    return np.maximum(1, np.rint(batch_tokens / sequence_length))


def step_tokens(global_batch, sequence_length):
    """Tokens in one optimizer step. [token]

    B · s
    """
    return global_batch * sequence_length


def training_steps(training_tokens, step_tokens):
    """Optimizer steps of the run. [1]

    n = D / (B · s)
    """
    return training_tokens / step_tokens


def attention_parameters(
    model_hidden_size,
    model_heads,
    model_kv_heads,
    model_head_size,
    model_value_head_size,
    model_rope_head_size,
    model_kv_lora_rank,
    model_q_lora_rank,
):
    """Weights of the projections of one attention layer. [1]

    kept keys and values: h·a·d + h·k·(d + d_v) + a·d_v·h
    latent: q = h·r_q + r_q·a·(d + d_r), or h·a·(d + d_r) where r_q = 0; kv = h·(r_kv + d_r) + r_kv·a·(d + d_v)

    Parameters
    ----------
    model_hidden_size : 1, 1 or more
    model_heads : head, 1 or more
    model_kv_heads : head, 1 or more
    model_head_size : 1, 1 or more
    model_value_head_size : 1, 1 or more
    model_rope_head_size : 1, 0 or more
    model_kv_lora_rank : 1, 0 or more
    model_q_lora_rank : 1, 0 or more

    Notes
    -----
    Projections alone: norms and biases are left out. Latent attention as in DeepSeek-V2 [1].

    References
    ----------
    .. [1] DeepSeek-V2, arXiv:2405.04434, section 2.1.
    """
    query_width = model_heads * (model_head_size + model_rope_head_size)
    compressed = model_q_lora_rank * (model_hidden_size + query_width)
    query = np.where(model_q_lora_rank > 0, compressed, model_hidden_size * query_width)
    kept = model_hidden_size * model_kv_heads * (model_head_size + model_value_head_size)
    latent = model_hidden_size * (model_kv_lora_rank + model_rope_head_size)
    rebuilt = model_kv_lora_rank * model_heads * (model_head_size + model_value_head_size)
    keys = np.where(model_kv_lora_rank > 0, latent + rebuilt, kept)
    return query + keys + model_heads * model_value_head_size * model_hidden_size


def mixer_parameters(attention_parameters, model_layers, model_linear_attention_layers, model_linear_layer_parameters):
    """Weights of one token mixer, averaged over attention and linear-attention layers. [1]

    ((L − L_lin) · P_attention + L_lin · P_linear) / L
    """
    attention = (model_layers - model_linear_attention_layers) * attention_parameters
    return (attention + model_linear_attention_layers * model_linear_layer_parameters) / model_layers


def mixture_share(model_layers, model_dense_layers):
    """Share of layers whose MLP is a mixture of experts. [1]

    (L − L_dense) / L
    """
    return (model_layers - model_dense_layers) / model_layers


def dense_mlp_parameters(model_hidden_size, model_ffn_size, model_gated):
    """Weights of the MLP of a dense layer. [1]

    (2 + gate) · h · f
    """
    return (2 + model_gated) * model_hidden_size * model_ffn_size


def expert_parameters(model_hidden_size, model_expert_ffn_size, model_gated):
    """Weights of one routed expert. [1]

    (2 + gate) · h · f_e
    """
    return (2 + model_gated) * model_hidden_size * model_expert_ffn_size


def shared_parameters(
    model_hidden_size, model_shared_experts, model_shared_expert_ffn_size, model_experts, model_gated
):
    """Weights of a mixture layer that every token passes: shared experts and router. [1]

    (2 + gate) · h · n_s · f_s + h · E
    """
    shared = (2 + model_gated) * model_hidden_size * model_shared_experts * model_shared_expert_ffn_size
    return shared + model_hidden_size * model_experts


def layer_parameters(mixer_parameters, mixture_share, dense_mlp_parameters, shared_parameters):
    """Weights of a mean layer that every token passes. [1]

    P_mixer + (1 − x) · P_dense + x · P_shared
    """
    return mixer_parameters + (1 - mixture_share) * dense_mlp_parameters + mixture_share * shared_parameters


def layer_expert_parameters(mixture_share, model_experts, expert_parameters):
    """Weights of all routed experts of a mean layer. [1]

    x · E · P_expert
    """
    return mixture_share * model_experts * expert_parameters


def layer_active_expert_parameters(mixture_share, model_experts_per_token, expert_parameters):
    """Weights of the routed experts of a mean layer that one token passes. [1]

    x · K · P_expert
    """
    return mixture_share * model_experts_per_token * expert_parameters


def embedding_parameters(model_vocabulary, model_hidden_size):
    """Weights of one embedding matrix. [1]

    V · h
    """
    return model_vocabulary * model_hidden_size


def counted_parameters(
    model_layers,
    layer_parameters,
    layer_expert_parameters,
    embedding_parameters,
    model_tied_embeddings,
    model_other_parameters,
):
    """Parameters as counted from the architecture. [1]

    L · (P_layer + P_experts) + (2 − tied) · V · h + other

    Norms and biases are left out: below 0.1 per cent.

    Models with parts other than layers and embeddings (encoders of images, heads of their own) give them as other
    parameters.
    """
    layers = model_layers * (layer_parameters + layer_expert_parameters)
    return layers + (2 - model_tied_embeddings) * embedding_parameters + model_other_parameters


def multiplied_parameters(
    model_layers,
    layer_parameters,
    layer_active_expert_parameters,
    embedding_parameters,
    model_other_parameters,
    model_vocabulary,
):
    """Weights that one token is multiplied with: the input embedding is a look-up. [1]

    L · (P_layer + P_active experts) + V · h + other

    Models without a vocabulary (images) use their other weights once for each image, not for each token.
    """
    other = np.where(model_vocabulary > 0, 1, 0) * model_other_parameters
    return model_layers * (layer_parameters + layer_active_expert_parameters) + embedding_parameters + other


def attended_tokens(
    sequence_length,
    model_causal,
    model_layers,
    model_linear_attention_layers,
    model_window_layers,
    model_sliding_window,
):
    """Tokens that one token attends to, summed over the attention layers. [token]

    n_full · s / (1 + causal) + n_window · (w − w² / 2s)

    Parameters
    ----------
    sequence_length : token, 1 or more
    model_causal : 1, 0 to 1
    model_layers : layer, 1 or more
    model_linear_attention_layers : layer, 0 or more
    model_window_layers : layer, 0 or more
    model_sliding_window : token, 0 or more

    Notes
    -----
    A causal token attends to half of the sequence on average. Window: the mean over positions of min(position, w).
    Images attend in both directions; documents packed into one sequence are not masked from each other.
    """
    window = np.minimum(model_sliding_window, sequence_length)
    windowed = window - window**2 / (2 * sequence_length)
    full_layers = model_layers - model_linear_attention_layers - model_window_layers
    return full_layers * sequence_length / (1 + model_causal) + model_window_layers * windowed


def score_flop_per_token(
    attended_tokens, model_heads, model_head_size, model_rope_head_size, model_value_head_size, flop_per_score
):
    """Operations of the attention scores and their weighted sum, forward, for one token. [FLOP/token]

    2 · a · (d_qk + d_v) · attended
    """
    channels = model_head_size + model_rope_head_size + model_value_head_size
    return flop_per_score * model_heads * channels * attended_tokens


def state_flop_per_token(model_linear_attention_layers, model_linear_layer_state, flop_per_parameter_token):
    """Operations of linear attention's recurrent state, forward, for one token. [FLOP/token]

    2 · 2 · L_lin · state

    One update and one read of each value; chunked kernels do somewhat more.
    """
    return 2 * flop_per_parameter_token * model_linear_attention_layers * model_linear_layer_state


def forward_flop_per_token(multiplied_parameters, flop_per_parameter_token, score_flop_per_token, state_flop_per_token):
    """Operations of one token's forward pass. [FLOP/token]

    2 · P + scores + states

    Parameters
    ----------
    multiplied_parameters : 1, 0 or more
    flop_per_parameter_token : FLOP/token, above 0
    score_flop_per_token : FLOP/token, 0 or more
    state_flop_per_token : FLOP/token, 0 or more

    Notes
    -----
    Multiplications and additions of products alone. Causal attention is counted at half, as NVIDIA NeMo and MaxText
    since July 2025 count; MosaicML and Megatron's 72BsLh² form [1] count it in full: compare step times rather than
    published MFU.

    References
    ----------
    .. [1] arXiv:2104.04473.
    """
    return flop_per_parameter_token * multiplied_parameters + score_flop_per_token + state_flop_per_token


def training_flop_per_token(forward_flop_per_token):
    """Operations of one token's forward and backward pass, without recomputation. [FLOP/token]

    3 · F

    Parameters
    ----------
    forward_flop_per_token : FLOP/token, 0 or more

    Notes
    -----
    The backward pass computes gradients of inputs and of weights: twice the forward pass [1]. What is computed again is
    left out.

    References
    ----------
    .. [1] arXiv:2104.04473, appendix A.
    """
    return 3 * forward_flop_per_token


def training_compute(training_flop_per_token, training_tokens):
    """Operations of the whole run. [FLOP]

    C = F · D
    """
    return training_flop_per_token * training_tokens
