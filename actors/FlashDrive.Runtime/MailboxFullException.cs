namespace FlashDrive.Runtime;

/// <summary>A send found a mailbox full. Mailboxes are made for every message that can be under way, so this is a bug of the sender.</summary>
public sealed class MailboxFullException(string actor, int capacity)
    : InvalidOperationException($"the mailbox of '{actor}' already holds its {capacity} messages: somebody sends without a credit");
