namespace FlashDrive.Runtime;

/// <summary>
/// Handles the messages of one mailbox, one at a time. What must outlive a restart is handed to the constructor: a restart makes
/// a new actor over it.
/// </summary>
/// <typeparam name="T">
/// A message belongs to one actor at a time. One that owns disposables is <see cref="IDisposable"/>: handling passes ownership to the
/// actor, and when <see cref="Handle"/> throws, or the message meets a stopped actor, the runtime disposes it. Disposing twice does nothing.
/// </typeparam>
public interface IActor<in T>
{
    /// <summary>Takes one message. An actor sends as its last act, so that a throw has sent nothing.</summary>
    void Handle(T message);

    /// <summary>Called in the actor's own turn before its first message, after a restart too.</summary>
    void Started()
    {
    }

    /// <summary>Called in the actor's own turn when it ends: stopped, or about to be replaced.</summary>
    void Stopped()
    {
    }
}
