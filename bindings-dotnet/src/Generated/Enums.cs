// Made of the C header by tools/declarations; `make header` renews it.
using System;

namespace DingTalk.ExtContact
{
    /// <summary>The kind of an error. Later versions may have more: treat Unknown like Api.</summary>
    public enum ErrorKind
    {
        /// <summary>Refused before anything was sent: an option, an argument, a closed client.</summary>
        InvalidArgument = 1,
        /// <summary>The service knows no such contact: already gone, never there, or a damaged id.</summary>
        InvalidUserId = 10,
        /// <summary>The access token or the app's credentials are not accepted.</summary>
        Authentication = 11,
        /// <summary>The app may not delete external contacts, or not this one.</summary>
        PermissionDenied = 12,
        /// <summary>Over a rate; it may pass later.</summary>
        Throttled = 13,
        /// <summary>A quota of the organisation is used up.</summary>
        QuotaExceeded = 14,
        /// <summary>Something around the call is set up wrongly: IP not white-listed, app disabled, wrong endpoint,
        /// proxy login or rules, no thread.</summary>
        Configuration = 15,
        /// <summary>DingTalk's own trouble; it may pass later.</summary>
        Service = 16,
        /// <summary>Any other code of the service.</summary>
        Api = 19,
        /// <summary>Lookup, connection or proxy failed, or the connection was lost.</summary>
        Connection = 30,
        /// <summary>A certificate is not trusted, or the TLS handshake was refused.</summary>
        Tls = 31,
        /// <summary>No whole reply in time.</summary>
        Timeout = 32,
        /// <summary>What came back is not DingTalk's: a login page, a redirect, half a reply.</summary>
        Protocol = 33,
        /// <summary>The caller cancelled the call.</summary>
        Cancelled = 34,
        /// <summary>The record of a batch cannot be read, written or locked.</summary>
        Journal = 40,
        /// <summary>A bug of this library, a caught panic included.</summary>
        Internal = 50,
        /// <summary>A value that a later version of the library has and this package does not know.</summary>
        Unknown = -1,
    }

    /// <summary>How a contact came to be gone.</summary>
    public enum DeletionStatus
    {
        /// <summary>The service deleted it now.</summary>
        Deleted = 1,
        /// <summary>The service knows no such contact, and that is fine: MissingOk is set, or an earlier request of the
        /// same call may have deleted it.</summary>
        Absent = 2,
        /// <summary>A value that a later version of the library has and this package does not know.</summary>
        Unknown = -1,
    }

    /// <summary>What came of a record that was to be restored.</summary>
    public enum RestoreStatus
    {
        /// <summary>The contact was created again, under a new id.</summary>
        Created = 1,
        /// <summary>The contact of the record exists, so nothing was created.</summary>
        StillThere = 2,
        /// <summary>The one request to create it went out, and no certain answer came.</summary>
        MayBeCreated = 3,
        /// <summary>A value that a later version of the library has and this package does not know.</summary>
        Unknown = -1,
    }

    /// <summary>What became of a contact.</summary>
    public enum JournalState
    {
        /// <summary>A run deleted it, or the service knows it no more after a request of ours whose reply was
        /// lost.</summary>
        Gone = 1,
        /// <summary>The service knew no such contact, and no request of ours had been without an answer.</summary>
        WasNotThere = 2,
        /// <summary>It was certainly not deleted: the service refused it, or the call was not made.</summary>
        NotDeleted = 3,
        /// <summary>A request went out, or may have, and no certain answer came.</summary>
        MayBeGone = 4,
        /// <summary>A value that a later version of the library has and this package does not know.</summary>
        Unknown = -1,
    }

    /// <summary>What came of a step of a check.</summary>
    public enum CheckStatus
    {
        /// <summary>As it should be.</summary>
        Ok = 1,
        /// <summary>It keeps no call from passing, but should be seen to.</summary>
        Warning = 2,
        /// <summary>It keeps calls from passing.</summary>
        Failed = 3,
        /// <summary>What the service answered does not tell.</summary>
        Unknown = 4,
        /// <summary>Not looked at, as it does not apply, was not asked for, or a step before it failed.</summary>
        Skipped = 5,
    }

    /// <summary>How much is logged; each level includes those above it.</summary>
    public enum LogLevel
    {
        /// <summary>Nothing.</summary>
        Off = 0,
        /// <summary>What should not happen.</summary>
        Error = 1,
        /// <summary>What should be looked at.</summary>
        Warn = 2,
        /// <summary>The outcome of every call.</summary>
        Info = 3,
        /// <summary>Every attempt that failed.</summary>
        Debug = 4,
    }

    /// <summary>Numbers of the library as enums.</summary>
    internal static class Known
    {
        internal static ErrorKind ErrorKind(int number)
        {
            switch (number)
            {
                case 1:
                case 10:
                case 11:
                case 12:
                case 13:
                case 14:
                case 15:
                case 16:
                case 19:
                case 30:
                case 31:
                case 32:
                case 33:
                case 34:
                case 40:
                case 50:
                    return (DingTalk.ExtContact.ErrorKind)number;
                default:
                    return DingTalk.ExtContact.ErrorKind.Unknown;
            }
        }

        internal static DeletionStatus DeletionStatus(int number)
        {
            switch (number)
            {
                case 1:
                case 2:
                    return (DingTalk.ExtContact.DeletionStatus)number;
                default:
                    return DingTalk.ExtContact.DeletionStatus.Unknown;
            }
        }

        internal static RestoreStatus RestoreStatus(int number)
        {
            switch (number)
            {
                case 1:
                case 2:
                case 3:
                    return (DingTalk.ExtContact.RestoreStatus)number;
                default:
                    return DingTalk.ExtContact.RestoreStatus.Unknown;
            }
        }

        internal static JournalState JournalState(int number)
        {
            switch (number)
            {
                case 1:
                case 2:
                case 3:
                case 4:
                    return (DingTalk.ExtContact.JournalState)number;
                default:
                    return DingTalk.ExtContact.JournalState.Unknown;
            }
        }

        internal static CheckStatus CheckStatus(int number)
        {
            switch (number)
            {
                case 1:
                case 2:
                case 3:
                case 4:
                case 5:
                    return (DingTalk.ExtContact.CheckStatus)number;
                default:
                    return DingTalk.ExtContact.CheckStatus.Unknown;
            }
        }
    }
}
