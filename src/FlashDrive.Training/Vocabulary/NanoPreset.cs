using System.Text.Json.Nodes;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Training.Vocabulary;

/// <summary>
/// The configuration of the nano model (config/models/nano.json) as it follows from its sizes and its vocabulary, in the layout and
/// with the keys of the published files.
/// </summary>
/// <param name="AccelMean">Normalisation of the action space, measured on the world's own futures; m/s² and 1/m.</param>
public sealed record NanoPreset(double AccelMean, double AccelStd, double CurvatureMean, double CurvatureStd)
{
    private const int Hidden = 128, Layers = 4, Heads = 4, KvHeads = 2, HeadDim = 32;

    /// <summary>Pixels of one 160 × 96 image: clips of 320 × 192 are halved, images of this size stay.</summary>
    private const int Pixels = 160 * 96;

    /// <summary>The preset file's content: name, description, model, backbone.</summary>
    public JsonObject ToJson(BpeModel vocabulary) => new()
    {
        ["name"] = "nano",
        ["description"] = "A vision-language-action model of 2.7 million parameters for the procedural world: 4 cameras x 4 frames of 160x96 pixels.",
        ["model"] = Model(vocabulary),
        ["backbone"] = Backbone(vocabulary),
    };

    private JsonObject Model(BpeModel vocabulary) => new()
    {
        ["model_type"] = "alpamayo1_5",
        ["architectures"] = new JsonArray("Alpamayo1_5"),
        ["vlm_name_or_path"] = "vlm",
        ["vlm_backend"] = "qwenvl3",
        ["dtype"] = "bfloat16",
        ["model_dtype"] = "bfloat16",
        ["attn_implementation"] = "eager",
        ["traj_vocab_size"] = NanoVocabulary.FutureBins + NanoVocabulary.HistoryBins,
        ["tokens_per_history_traj"] = 48,
        ["tokens_per_future_traj"] = 128,
        ["add_special_tokens"] = true,
        ["min_pixels"] = Pixels,
        ["max_pixels"] = Pixels,
        ["include_camera_ids"] = true,
        ["include_frame_nums"] = true,
        ["keep_same_dtype"] = true,
        ["expert_non_causal_attention"] = true,
        ["expert_cfg"] = new JsonObject
        {
            ["hidden_size"] = 96, ["intermediate_size"] = 288, ["num_attention_heads"] = 4, ["head_dim"] = HeadDim, ["dtype"] = "bfloat16",
        },
        ["action_space_cfg"] = ActionSpace(),
        ["action_in_proj_cfg"] = new JsonObject
        {
            ["_target_"] = "alpamayo1_5.models.action_in_proj.PerWaypointActionInProjV2",
            // Descending frequencies: at this size a smooth embedding of noisy actions learns several times faster than one up to 100.
            ["hidden_size"] = 96, ["num_enc_layers"] = 2, ["num_fourier_feats"] = 20, ["max_freq"] = 0.1,
        },
        ["action_out_proj_cfg"] = new JsonObject { ["_target_"] = "torch.nn.Linear" },
        ["diffusion_cfg"] = new JsonObject
        {
            ["_target_"] = "alpamayo1_5.diffusion.flow_matching.FlowMatching", ["int_method"] = "euler", ["num_inference_steps"] = 10,
        },
        ["hist_traj_tokenizer_cfg"] = new JsonObject { ["_target_"] = "alpamayo1_5.models.delta_tokenizer.DeltaTrajectoryTokenizer" },
        ["traj_tokenizer_cfg"] = new JsonObject
        {
            ["_target_"] = "alpamayo1_5.action_space.discrete_action_space.DiscreteTrajectoryTokenizer",
            ["_recursive_"] = false,
            ["num_bins"] = NanoVocabulary.FutureBins, ["dims_min"] = new JsonArray(-10.0, -10.0), ["dims_max"] = new JsonArray(10.0, 10.0),
            ["action_space_cfg"] = ActionSpace(),
        },
    };

    private JsonObject ActionSpace() => new()
    {
        ["_target_"] = "alpamayo1_5.action_space.unicycle_accel_curvature.UnicycleAccelCurvatureActionSpace",
        ["accel_mean"] = AccelMean, ["accel_std"] = AccelStd, ["curvature_mean"] = CurvatureMean, ["curvature_std"] = CurvatureStd,
        ["accel_bounds"] = new JsonArray(-9.8, 9.8), ["curvature_bounds"] = new JsonArray(-0.33, 0.33),
        ["dt"] = 0.1, ["n_waypoints"] = 64,
        ["theta_lambda"] = 1e-6, ["theta_ridge"] = 1e-8, ["v_lambda"] = 1e-6, ["v_ridge"] = 1e-4,
        ["a_lambda"] = 1e-4, ["a_ridge"] = 1e-4, ["kappa_lambda"] = 1e-4, ["kappa_ridge"] = 1e-4,
    };

    private static JsonObject Backbone(BpeModel vocabulary) => new()
    {
        ["architectures"] = new JsonArray("Qwen3VLForConditionalGeneration"),
        ["model_type"] = "qwen3_vl",
        ["image_token_id"] = vocabulary.IdOfAdded("<|image_pad|>"),
        ["video_token_id"] = vocabulary.IdOfAdded("<|video_pad|>"),
        ["vision_start_token_id"] = vocabulary.IdOfAdded("<|vision_start|>"),
        ["vision_end_token_id"] = vocabulary.IdOfAdded("<|vision_end|>"),
        ["tie_word_embeddings"] = false,
        ["transformers_version"] = "4.57.1",
        ["text_config"] = new JsonObject
        {
            ["model_type"] = "qwen3_vl_text", ["hidden_act"] = "silu", ["attention_bias"] = false, ["attention_dropout"] = 0.0,
            ["bos_token_id"] = vocabulary.IdOfAdded("<|endoftext|>"), ["eos_token_id"] = vocabulary.IdOfAdded("<|im_end|>"),
            ["hidden_size"] = Hidden, ["intermediate_size"] = 384, ["num_hidden_layers"] = Layers, ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = KvHeads, ["head_dim"] = HeadDim, ["max_position_embeddings"] = 4096, ["initializer_range"] = 0.02,
            // A base for prompts of 500 tokens: with the published 5e6 most of the 16 frequencies would stand still.
            ["rms_norm_eps"] = 1e-6, ["rope_theta"] = 10000.0,
            ["rope_scaling"] = new JsonObject { ["mrope_interleaved"] = true, ["mrope_section"] = new JsonArray(6, 5, 5), ["rope_type"] = "default" },
            ["use_cache"] = true, ["vocab_size"] = vocabulary.Length, ["dtype"] = "bfloat16",
        },
        ["vision_config"] = new JsonObject
        {
            ["model_type"] = "qwen3_vl", ["depth"] = 3, ["hidden_size"] = 96, ["num_heads"] = 3, ["intermediate_size"] = 288, ["in_channels"] = 3,
            ["patch_size"] = 16, ["temporal_patch_size"] = 2, ["spatial_merge_size"] = 2, ["hidden_act"] = "gelu_pytorch_tanh",
            ["initializer_range"] = 0.02, ["num_position_embeddings"] = 100, ["out_hidden_size"] = Hidden, ["deepstack_visual_indexes"] = new JsonArray(0, 1),
        },
    };
}
