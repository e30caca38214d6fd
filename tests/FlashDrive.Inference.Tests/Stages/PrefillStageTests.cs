using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Stages;

public class PrefillStageTests
{
    private static readonly ImageGrid Grid = new(1, 4, 4);

    [Fact]
    public void Tokens_decoded_one_by_one_see_what_a_whole_prefill_of_them_sees()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TinyModel.Create();
        using var memory = new Memory(model, route: null);
        var reasoner = new DeliberativeReasonerStage(model.Network.Language);
        using var session = memory.Stage.Whole(memory.Prompt, features: null);
        int[] thought = [12, 200, 31];
        foreach (var token in thought)
        {
            session.Append(token);
            using var scores = reasoner.Score(session);
            if (session.Tokens.Count < thought.Length) continue;
            var longer = memory.Prompt with { Ids = [.. memory.Prompt.Ids, .. thought] };
            using var whole = memory.Stage.Whole(longer, features: null);
            using var expected = reasoner.Score(whole);
            var error = (scores.Logits - expected.Logits).norm().item<float>() / expected.Logits.norm().item<float>();
            Assert.True(error < 1e-5, $"relative error {error}");
        }
    }

    [Fact]
    public void The_window_without_its_route_shares_every_block_but_the_tail_and_equals_its_own_prefill()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TinyModel.Create();
        using var memory = new Memory(model, "Turn left in 50m");
        using var guided = memory.Stage.Whole(memory.Prompt, features: null);
        using var shared = memory.Stage.WithoutRoute(memory.Prompt, guided);
        using var whole = memory.Stage.Whole(memory.Prompt.WithoutRoute(), features: null);

        var (a, b) = (shared.Lease.Table, guided.Lease.Table);
        for (var i = 0; i < a.Count; i++)
            Assert.Equal(a.Part(i).Kind != WindowPartKind.Tail, ReferenceEquals(a.Block(i), b.Block(i)));
        for (var layer = 0; layer < model.Network.Language.Layers; layer++)
        {
            var (keys, values) = shared.Scratch.Read(layer);
            var (expectedKeys, expectedValues) = whole.Scratch.Read(layer);
            var error = Math.Max((keys - expectedKeys).norm().item<float>() / expectedKeys.norm().item<float>(),
                (values - expectedValues).norm().item<float>() / expectedValues.norm().item<float>());
            Assert.True(error < 1e-6, $"layer {layer}: relative error {error}");
        }
    }

    [Fact]
    public void A_prefill_that_fails_commits_nothing_and_gives_everything_back()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TinyModel.Create();
        using var memory = new Memory(model, route: null);
        using (torch.no_grad()) model.Network.Parameters["vlm.model.language_model.layers.2.self_attn.v_proj.weight"].fill_(double.PositiveInfinity);

        Assert.Throws<NonFiniteException>(() => memory.Stage.Whole(memory.Prompt, features: null));

        Assert.Equal((memory.Pool.Total, memory.Views.Total), (memory.Pool.Free, memory.Views.Free));
    }

    [Fact]
    public void A_view_materialised_from_blocks_equals_the_one_the_prefill_wrote()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TinyModel.Create();
        using var memory = new Memory(model, route: null);
        using var session = memory.Stage.Whole(memory.Prompt, features: null);
        using var view = memory.Views.Rent();
        var table = session.Lease.Table;
        var rotary = model.Network.Language.Rotary.Tables(table.Positions);
        for (var i = 0; i < table.Count; i++) view.Materialise(table.Block(i), table.Part(i), rotary.Narrow(table.Part(i).Start, table.Part(i).Length));

        for (var layer = 0; layer < model.Network.Language.Layers; layer++)
        {
            Assert.Equal(session.Scratch.Read(layer).Keys.ToArray<float>(), view.Read(layer, table.Length).Keys.ToArray<float>());
            Assert.Equal(session.Scratch.Read(layer).Values.ToArray<float>(), view.Read(layer, table.Length).Values.ToArray<float>());
        }
    }

    private sealed class Memory : IDisposable
    {
        internal Memory(DrivingModel model, string? route)
        {
            Prompt = model.Prompts.Build(new([Grid, Grid, Grid, Grid], 2, [0, 1], route));
            var plan = new KvPoolPlan(WindowLayout.Of(Prompt), Sessions: 3, Guided: true);
            var geometry = KvGeometry.Of(model.Configuration.Text, ScalarType.Float32);
            Pool = new(geometry, plan.Classes());
            Views = new(geometry, plan.Views, plan.ViewSlots(8));
            Stage = new(model.Network.Language, Pool, Views);
        }

        internal Prompt Prompt { get; }

        internal KvPool Pool { get; }

        internal WindowViewPool Views { get; }

        internal PrefillStage Stage { get; }

        public void Dispose()
        {
            Stage.Dispose();
            Pool.Dispose();
            Views.Dispose();
        }
    }
}
