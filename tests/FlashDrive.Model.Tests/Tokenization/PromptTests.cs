using System.Text.Json;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Model.Tests.Tokenization;

public class PromptTests
{
    private static readonly ImageGrid Default = new(1, 20, 36);

    [Fact]
    public void Every_recorded_prompt_has_the_reference_text_and_ids()
    {
        var seen = 0;
        foreach (var row in Fixtures.Json("tokenizer", "prompts.json").EnumerateArray())
        {
            var prompt = Build(row);
            Assert.Equal(row.GetProperty("text").GetString(), prompt.Text);
            Assert.Equal(Expand(row.GetProperty("ids")), prompt.Ids);
            Assert.Equal(row.GetProperty("length").GetInt32(), prompt.Length);
            Assert.Equal(row.GetProperty("image_token_positions").Ints(), prompt.Images.Select(image => image.FirstToken));
            seen++;
        }
        Assert.Equal(8, seen);
    }

    [Fact]
    public void The_ten_billion_preset_gives_prompts_of_3086_tokens_and_3095_with_a_route()
    {
        var configuration = ModelPreset.Published().Configuration;
        var vocabulary = ModelVocabulary.Create(QwenVocabulary.Base, configuration);
        var builder = new PromptBuilder(vocabulary, configuration.TokensPerHistory, configuration.Vision.MergeSize, configuration.IncludeCameraIds, configuration.IncludeFrameNumbers);
        var grids = Enumerable.Repeat(Default, 16).ToArray();
        Assert.Equal(3086, builder.Build(new(grids, 4, [0, 1, 2, 6])).Length);
        Assert.Equal(3095, builder.Build(new(grids, 4, [0, 1, 2, 6], "Turn right in 30m")).Length);
    }

    [Fact]
    public void History_tokens_replace_the_placeholders_in_order()
    {
        var reference = Fixtures.Json("tokenizer", "text.json").GetProperty("history_fusion");
        var prompt = Builder().Build(new(Enumerable.Repeat(Default, 16).ToArray(), 4, [0, 1, 2, 6]));
        var ids = reference.GetProperty("ids").Ints();
        Assert.Equal((reference.GetProperty("first_position").GetInt32(), 48), (prompt.HistoryStart, prompt.HistoryCount));
        var fused = prompt.FuseHistory(ids);
        Assert.Equal(ids, fused.Ids[3013..3061]);
        Assert.Equal(prompt.Ids[..3013], fused.Ids[..3013]);
        Assert.Equal(prompt.Ids[3061..], fused.Ids[3061..]);
        Assert.Equal("historyIds", Assert.Throws<ArgumentException>(() => prompt.FuseHistory(ids[..47])).ParamName);
    }

    [Fact]
    public void Written_ids_are_those_of_the_fused_prompt()
    {
        var prompt = Builder().Build(new(Enumerable.Repeat(Default, 16).ToArray(), 4, [0, 1, 2, 6]));
        var history = Enumerable.Range(1000, 48).ToArray();
        var ids = new long[prompt.Length];
        prompt.WriteIds(history, ids);
        Assert.Equal(Array.ConvertAll(prompt.FuseHistory(history).Ids, id => (long)id), ids);
        Assert.Equal("historyIds", Assert.Throws<ArgumentException>(() => prompt.WriteIds(history[1..], ids)).ParamName);
        Assert.Contains("3086 tokens, there is room for 7", Assert.Throws<ArgumentException>(() => prompt.WriteIds(history, new long[7])).Message);
    }

    [Fact]
    public void Equal_requests_share_one_prompt_and_any_difference_makes_another()
    {
        var builder = Builder();
        var grids = Enumerable.Repeat(Default, 4).ToArray();
        int[] cameras = [1];
        var prompt = builder.Build(new(grids, 4, cameras));
        Assert.Same(prompt, builder.Build(new([.. grids], 4, [1])));
        Assert.NotEqual(prompt.Ids, builder.Build(new(grids, 4, [6])).Ids);
        Assert.NotEqual(prompt.Ids, builder.Build(new(grids, 2, [1, 6])).Ids);
        Assert.NotEqual(prompt.Ids, builder.Build(new(grids, 4, null)).Ids);
        Assert.NotEqual(prompt.Ids, builder.Build(new(grids, 4, cameras, "Turn left")).Ids);
        Assert.NotEqual(prompt.Ids, builder.Build(new(grids, 4, cameras, Question: "Why?")).Ids);
        cameras[0] = 2;
        grids[0] = new(1, 20, 20);
        Assert.NotEqual(prompt.Ids, builder.Build(new(grids, 4, cameras)).Ids);
        Assert.Same(prompt, builder.Build(new(Enumerable.Repeat(Default, 4).ToArray(), 4, [1])));
    }

    [Fact]
    public void Many_different_requests_push_the_oldest_out()
    {
        var builder = Builder();
        PromptRequest Routed(int metres) => new([Default], 1, [1], $"Turn left in {metres}m");
        var first = builder.Build(Routed(0));
        for (var i = 1; i < 100; i++) builder.Build(Routed(i));
        Assert.NotSame(first, builder.Build(Routed(0)));
        Assert.Equal(first.Ids, builder.Build(Routed(0)).Ids);
    }

    [Fact]
    public void The_layout_places_the_images_and_survives_fusion_but_not_the_routes_removal()
    {
        var prompt = Builder().Build(new(Enumerable.Repeat(Default, 4).ToArray(), 4, [1], "Turn left"));
        var places = prompt.Images.SelectMany(image => Enumerable.Range(image.FirstToken, image.Tokens)).Select(place => (long)place);
        Assert.Equal(places, prompt.Layout.ImagePlaces);
        var positions = prompt.Layout.Positions;
        Assert.Equal([.. positions.T, .. positions.H, .. positions.W], positions.Flat);
        Assert.Same(prompt.Layout, prompt.FuseHistory(new int[48]).Layout);
        var longer = prompt with { Ids = [.. prompt.Ids, 1, 2] };
        Assert.Equal(prompt.Length + 2, longer.Layout.Positions.Length);
        Assert.Equal(prompt.Length, prompt.Layout.Positions.Length);
        var bare = prompt.WithoutRoute();
        Assert.Equal(RotaryPositions.Compute(bare.Ids, bare.Grids, QwenVocabulary.Extended.ImagePad, 2).T, bare.Layout.Positions.T);
    }

    [Fact]
    public void Removing_the_route_leaves_the_prompt_without_it()
    {
        var grids = Enumerable.Repeat(Default, 4).ToArray();
        var plain = Builder().Build(new(grids, 4, [1]));
        var routed = Builder().Build(new(grids, 4, [1], "Turn left"));
        Assert.Equal(plain.Ids, routed.WithoutRoute().Ids);
        Assert.Equal(plain.Text, routed.WithoutRoute().Text);
        Assert.Throws<InvalidOperationException>(plain.WithoutRoute);
    }

    [Fact]
    public void The_default_prompt_has_the_published_rotary_positions()
    {
        var prompt = Builder().Build(new(Enumerable.Repeat(Default, 16).ToArray(), 4, [0, 1, 2, 6]));
        var p = RotaryPositions.Compute(prompt.Ids, prompt.Grids, QwenVocabulary.Extended.ImagePad, 2);
        Assert.Equal(-2592, p.RopeDelta);
        (int, int, int) At(int index) => (p.T[index], p.H[index], p.W[index]);
        Assert.Equal((29, 29, 29), At(29));
        Assert.Equal((29, 29, 30), At(30));
        Assert.Equal((29, 30, 29), At(29 + 18));
        Assert.Equal((29, 38, 46), At(208));
        Assert.Equal((47, 47, 47), At(209));
        Assert.Equal((53, 53, 53), At(prompt.Images[1].FirstToken - 1 + 1));
        Assert.Equal((420, 420, 420), At(3012));
        Assert.Equal((493, 493, 493), At(3085));
        Assert.Equal(494, 3086 + p.RopeDelta);
    }

    [Fact]
    public void Padding_on_the_left_has_position_one_and_shifts_the_delta()
    {
        const int pad = 0, image = 5;
        ImageGrid[] grids = [new(1, 4, 6)];
        int[] row = [7, 5, 5, 5, 5, 5, 5, 8];
        var plain = RotaryPositions.Compute(row, grids, image, 2);
        var padded = RotaryPositions.Compute([pad, pad, .. row], grids, image, 2, padding: 2);
        Assert.Equal([0, 1, 1, 1, 1, 1, 1, 4], plain.T);
        Assert.Equal([0, 1, 1, 1, 2, 2, 2, 4], plain.H);
        Assert.Equal([0, 1, 2, 3, 1, 2, 3, 4], plain.W);
        Assert.Equal([1, 1, .. plain.W], padded.W);
        Assert.Equal((-3, -5), (plain.RopeDelta, padded.RopeDelta));
    }

    [Theory]
    [InlineData(new[] { 5, 5, 5 }, "needs 6 image tokens from index 0")]
    [InlineData(new[] { 7, 8 }, "image tokens for 0 only")]
    public void Image_tokens_that_do_not_fit_the_grids_are_refused(int[] ids, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => RotaryPositions.Compute(ids, [new ImageGrid(1, 4, 6)], 5, 2)).Message);

    [Fact]
    public void Free_text_with_a_control_token_is_refused()
    {
        var request = new PromptRequest([Default], 1, [1], Route: "Turn left<|im_end|>");
        Assert.Contains("control token <|im_end|>", Assert.Throws<ArgumentException>(() => Builder().Build(request)).Message);
    }

    [Fact]
    public void Counts_that_do_not_fit_together_are_refused()
    {
        Assert.Contains("2 cameras with 2 frames each need 4 images, got 2", Assert.Throws<ArgumentException>(() => Builder().Build(new([Default, Default], 2, [0, 1]))).Message);
        Assert.Contains("multiple of 3 frames per camera", Assert.Throws<ArgumentException>(() => Builder().Build(new([Default, Default], 3, null))).Message);
        Assert.Contains("merge size 2", Assert.Throws<ArgumentException>(() => Builder().Build(new([new(1, 3, 4)], 1, null))).Message);
    }

    private static PromptBuilder Builder() => new(QwenVocabulary.Extended, 48);

    private static Prompt Build(JsonElement row)
    {
        var grids = row.GetProperty("image_grid_thw").EnumerateArray().Select(g => new ImageGrid(g[0].GetInt32(), g[1].GetInt32(), g[2].GetInt32())).ToArray();
        var cameras = row.GetProperty("cameras");
        return Builder().Build(new(
            grids, row.GetProperty("frames_per_camera").GetInt32(), cameras.ValueKind == JsonValueKind.Null ? null : cameras.Ints(),
            row.GetProperty("navigation").GetString(), row.GetProperty("question").GetString()));
    }

    private static int[] Expand(JsonElement ids) =>
        [.. ids.EnumerateArray().SelectMany(id => id.ValueKind == JsonValueKind.Array ? Enumerable.Repeat(id[0].GetInt32(), id[1].GetInt32()) : [id.GetInt32()])];
}
