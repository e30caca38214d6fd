namespace FlashDrive.Runtime.Tests.Contract;

/// <summary>What every host of actors must do. A host's own test class derives from it and says how to wait.</summary>
public abstract partial class ActorHostContract : IDisposable
{
    protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IActorRef<string>> _diaries = [];
    private readonly Lazy<IActorHost> _host;

    protected ActorHostContract() => _host = new Lazy<IActorHost>(CreateHost);

    /// <summary>Every test runs with actors of both kinds.</summary>
    public static TheoryData<ActorThreading> Threadings => [ActorThreading.Dedicated, ActorThreading.Pooled];

    internal Journal Journal { get; } = new();

    protected IActorHost Host => _host.Value;

    public virtual void Dispose()
    {
        if (_host.IsValueCreated) Host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A host whose clock stands still but for <see cref="Advance"/>.</summary>
    protected abstract IActorHost CreateHost();

    /// <summary>Returns when no actor has anything to do until somebody sends or time passes.</summary>
    protected abstract void Settle();

    /// <summary>Lets time pass, and settles.</summary>
    protected abstract void Advance(TimeSpan time);

    /// <summary>Spawns an actor that writes its life into the journal, and throws at a message that begins with "throw".</summary>
    protected IActorRef<string> SpawnDiary(string name, ActorThreading threading, SupervisionPolicy? policy = null, int capacity = 16)
    {
        var number = 0;
        return _diaries[name] = Host.Spawn<string>(Settings(name, threading, policy, capacity), () =>
        {
            var mine = ++number;
            Journal.Add($"{name} {mine} made");
            return new Scripted<string>(message =>
            {
                Journal.Add($"{name} {mine} {message}");
                if (message.StartsWith("throw", StringComparison.Ordinal)) throw new AskedFor(message);
                if (message == "stop") Host.Stop(_diaries[name]);
            }, () => Journal.Add($"{name} {mine} started"), () => Journal.Add($"{name} {mine} stopped"));
        });
    }

    protected static ActorSettings Settings(string name, ActorThreading threading, SupervisionPolicy? policy = null, int capacity = 16) =>
        new(name, capacity) { Threading = threading, Supervision = policy ?? SupervisionPolicy.Default };

    protected static SupervisionPolicy Always(SupervisionDirective directive) => new() { Decide = _ => directive };

    /// <summary>A policy under which a failed actor stands still for this long, so that its mailbox can be looked at.</summary>
    protected static SupervisionPolicy Backoff(TimeSpan first, TimeSpan? most = null) => new() { FirstBackoff = first, MaxBackoff = most ?? first };
}
