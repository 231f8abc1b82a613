// Made of the C header by tools/declarations; `make header` renews it.
using System;
using System.Threading;

namespace DingTalk.ExtContact
{
    public sealed partial class Client
    {
        /// <summary>Deletes the contact userId, sent byte for byte. Waits on the calling thread until the call has
        /// ended.</summary>
        /// <param name="userId">The id, sent as it is.</param>
        /// <param name="options">Options of this call.</param>
        /// <param name="cancellation">Ends the call.</param>
        /// <returns>It is gone, and Deletion.Status says whether it was there.</returns>
        /// <exception cref="DingTalkException">It was not deleted, or nobody knows; DingTalkException.MaybeDeleted says
        /// which.</exception>
        /// <exception cref="ArgumentException">Text has a NUL or a lone surrogate; nothing was sent.</exception>
        public Deletion Delete(string userId, CallOptions options = null, CancellationToken cancellation = default(CancellationToken)) =>
            Wait(options, cancellation, call => Asked.Delete(userId, call));

        /// <summary>Says what stands and what is missing before contacts can be deleted, step by step: credentials,
        /// name lookup, proxy, connection, TLS, clock, token, the permission to read (by a page of one contact), white
        /// list, limits. Nothing is deleted. Where write is true, the permission to delete is tried, too, by a deletion
        /// of an id that cannot exist, and only after the service has said that there is no such contact. A step that
        /// fails is no error: it stands in the result. Waits on the calling thread.</summary>
        /// <param name="write">Whether the permission to delete is tried, too.</param>
        /// <param name="options">Options of these calls.</param>
        /// <param name="cancellation">Ends the call.</param>
        public Check Check(bool write = false, CallOptions options = null, CancellationToken cancellation = default(CancellationToken)) =>
            Wait(options, cancellation, call => Asked.Check(write, call));

        /// <summary>Asks for the record of the contact userId: to look whether it is still there, or to keep a copy.
        /// Waits as Client.Delete does. The app needs the permission point qyapi_ext_read.</summary>
        /// <param name="userId">The id, sent as it is.</param>
        /// <param name="options">The timeout of this call; its MissingOk is for deletions.</param>
        /// <param name="cancellation">Ends the call.</param>
        /// <exception cref="InvalidUserIdException">There is no such contact.</exception>
        /// <exception cref="ArgumentException">Text has a NUL or a lone surrogate; nothing was sent.</exception>
        public Contact Get(string userId, CallOptions options = null, CancellationToken cancellation = default(CancellationToken)) =>
            Wait(options, cancellation, call => Asked.Get(userId, call));

        /// <summary>Creates the contact of a record again, under a new id: of Contact.Record, or of a line of a backup.
        /// What the service does not take is lost: the id, the e-mail address, the history. Nobody is created twice:
        /// the old id is asked for first, and who is still there stays. Then one request is sent, and sent again only
        /// where it was certainly refused. Without a certain answer the status is MayBeCreated, also after a cancel;
        /// call again with lookFirst then. Waits on the calling thread. The app needs the permission points
        /// qyapi_ext_read and qyapi_ext_write.</summary>
        /// <param name="record">A JSON object.</param>
        /// <param name="lookFirst">Whether an earlier call may have created it: all contacts are looked through for one
        /// with its number first.</param>
        /// <param name="options">The timeout of each request's call.</param>
        /// <param name="cancellation">Ends the call.</param>
        /// <exception cref="DingTalkException">It was not created.</exception>
        /// <exception cref="ArgumentException">Text has a NUL or a lone surrogate; nothing was sent.</exception>
        public Restoration Restore(string record, bool lookFirst = false, CallOptions options = null, CancellationToken cancellation = default(CancellationToken)) =>
            Wait(options, cancellation, call => Asked.Restore(record, lookFirst, call));
    }
}
