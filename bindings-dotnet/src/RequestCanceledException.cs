using System;
using System.Threading;

namespace DingTalk.ExtContact
{
    /// <summary>
    /// A CancellationToken ended the call. A request may have gone out before: <see cref="MaybeDeleted"/> says so, and
    /// the inner exception, a <see cref="CallCancelledException"/>, all else that is known.
    /// </summary>
    public sealed class RequestCanceledException : OperationCanceledException
    {
        internal RequestCanceledException(CallCancelledException error, CancellationToken cancellation)
            : base(error.Message, error, cancellation) => MaybeDeleted = error.MaybeDeleted;

        /// <summary>Whether the contact may be gone all the same, as a request went out.</summary>
        public bool MaybeDeleted { get; }
    }
}
