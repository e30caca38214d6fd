using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Checkpoints;

/// <summary>A checkpoint derived from the golden tiny one, in folders beside each other.</summary>
public sealed class DerivedCheckpointTests : IDisposable
{
    private const string Changed = "action_out_proj.bias", Kept = "vlm.model.language_model.norm.weight";

    private static readonly ModelConfiguration Tiny = ModelConfiguration.Load(Fixtures.Golden("tiny"));

    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public DerivedCheckpointTests()
    {
        Directory.CreateDirectory(Parent);
        Directory.CreateDirectory(Child);
        File.Copy(Fixtures.Golden("tiny", "model.safetensors"), Path.Combine(Parent, "model.safetensors"));
        SafetensorsWriter.Save(Path.Combine(Child, DerivedCheckpoint.Weights), new Dictionary<string, Tensor> { [Changed] = torch.tensor([3f, 4f], 2) });
        DerivedCheckpoint.Write(Child, "streaming", Parent);
    }

    private string Parent => Path.Combine(_folder.Path, "parent");

    private string Child => Path.Combine(_folder.Path, "child");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_changed_takes_the_place_of_the_parents_tensors_and_the_rest_is_the_parents()
    {
        var derived = DerivedCheckpoint.Find(Child)!;
        var root = derived.RequireParent("streaming");
        Assert.Equal((Parent, Parent), (root, DerivedCheckpoint.RootOf(Child)));
        using var child = CheckpointReader.Read(root, Tiny, 1710, overlay: derived.WeightsFile);
        using var parent = CheckpointReader.Read(Parent, Tiny, 1710);
        Assert.Equal([3, 4], child.Parameters[Changed].ToArray<float>());
        Assert.Equal(parent.Parameters[Kept].ToArray<float>(), child.Parameters[Kept].ToArray<float>());
    }

    [Fact]
    public void A_folder_without_the_file_is_its_own_root()
    {
        Assert.Null(DerivedCheckpoint.Find(Parent));
        Assert.Equal(Parent, DerivedCheckpoint.RootOf(Parent));
    }

    [Fact]
    public void Another_parent_is_refused_with_both_digests()
    {
        using (var stream = File.OpenWrite(Path.Combine(Parent, "model.safetensors")))
        {
            stream.Seek(-1, SeekOrigin.End);
            stream.WriteByte(77);
        }
        var derived = DerivedCheckpoint.Find(Child)!;
        var message = Assert.Throws<CheckpointException>(() => derived.RequireParent("streaming")).Message;
        Assert.Contains(derived.ParentSha256, message, StringComparison.Ordinal);
        Assert.Contains(DerivedCheckpoint.Sha256(Parent), message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_parent_and_another_kind_are_refused()
    {
        Assert.Contains("expected 'drafter'", Assert.Throws<CheckpointException>(() => DerivedCheckpoint.Find(Child)!.RequireParent("drafter")).Message);
        Directory.Move(Parent, Parent + "-gone");
        Assert.Contains("is not there", Assert.Throws<CheckpointException>(() => DerivedCheckpoint.Find(Child)!.RequireParent("streaming")).Message);
    }

    [Theory]
    [InlineData("""{"kind":"streaming","parent":"../elsewhere","parent_sha256":"0"}""", "is not the name of a folder beside it")]
    [InlineData("""{"kind":"streaming","parent":"..","parent_sha256":"0"}""", "is not the name of a folder beside it")]
    [InlineData("""{"kind":"streaming","parent":"parent"}""", "has no text 'parent_sha256'")]
    [InlineData("[", "derived.json")]
    public void A_bad_file_is_refused_by_what_is_wrong(string json, string words)
    {
        File.WriteAllText(Path.Combine(Child, DerivedCheckpoint.FileName), json);
        Assert.Contains(words, Assert.Throws<CheckpointException>(() => DerivedCheckpoint.Find(Child)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_the_parent_does_not_have_is_refused_by_name()
    {
        SafetensorsWriter.Save(Path.Combine(Child, DerivedCheckpoint.Weights), new Dictionary<string, Tensor> { ["expert.new"] = torch.zeros(1) });
        var derived = DerivedCheckpoint.Find(Child)!;
        Assert.Contains("'expert.new' is no tensor of the checkpoint", Assert.Throws<CheckpointException>(() => CheckpointReader.Read(Parent, Tiny, 1710, overlay: derived.WeightsFile)).Message);
    }
}
