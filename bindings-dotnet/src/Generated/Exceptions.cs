// Made of the C header by tools/declarations; `make header` renews it.
using System;

namespace DingTalk.ExtContact
{
    public partial class DingTalkException
    {
        internal static DingTalkException Of(IntPtr error)
        {
            if (error == IntPtr.Zero)
                return null;
            switch (Native.dtx_error_kind(error))
            {
                case 1:
                    return new InvalidArgumentException(error);
                case 10:
                    return new InvalidUserIdException(error);
                case 11:
                    return new AuthenticationException(error);
                case 12:
                    return new PermissionDeniedException(error);
                case 13:
                    return new ThrottledException(error);
                case 14:
                    return new QuotaExceededException(error);
                case 15:
                    return new ConfigurationException(error);
                case 16:
                    return new ServiceException(error);
                case 19:
                    return new ApiException(error);
                case 30:
                    return new ConnectionException(error);
                case 31:
                    return new TlsException(error);
                case 32:
                    return new CallTimeoutException(error);
                case 33:
                    return new ProtocolException(error);
                case 34:
                    return new CallCancelledException(error);
                case 40:
                    return new JournalException(error);
                case 50:
                    return new InternalException(error);
                default:
                    return new ApiException(error);
            }
        }

        internal static void Throw(IntPtr error)
        {
            if (error != IntPtr.Zero)
                throw Take(error);
        }
    }

    /// <summary>Refused before anything was sent: an option, an argument, a closed client.</summary>
    public sealed class InvalidArgumentException : DingTalkException
    {
        internal InvalidArgumentException(IntPtr error) : base(error) { }
    }

    /// <summary>The service knows no such contact: already gone, never there, or a damaged id.</summary>
    public sealed class InvalidUserIdException : DingTalkException
    {
        internal InvalidUserIdException(IntPtr error) : base(error) { }
    }

    /// <summary>The access token or the app's credentials are not accepted.</summary>
    public sealed class AuthenticationException : DingTalkException
    {
        internal AuthenticationException(IntPtr error) : base(error) { }
    }

    /// <summary>The app may not delete external contacts, or not this one.</summary>
    public sealed class PermissionDeniedException : DingTalkException
    {
        internal PermissionDeniedException(IntPtr error) : base(error) { }
    }

    /// <summary>Over a rate; it may pass later.</summary>
    public sealed class ThrottledException : DingTalkException
    {
        internal ThrottledException(IntPtr error) : base(error) { }
    }

    /// <summary>A quota of the organisation is used up.</summary>
    public sealed class QuotaExceededException : DingTalkException
    {
        internal QuotaExceededException(IntPtr error) : base(error) { }
    }

    /// <summary>Something around the call is set up wrongly: IP not white-listed, app disabled, wrong endpoint,
    /// proxy login or rules, no thread.</summary>
    public sealed class ConfigurationException : DingTalkException
    {
        internal ConfigurationException(IntPtr error) : base(error) { }
    }

    /// <summary>DingTalk's own trouble; it may pass later.</summary>
    public sealed class ServiceException : DingTalkException
    {
        internal ServiceException(IntPtr error) : base(error) { }
    }

    /// <summary>Any other code of the service.</summary>
    public sealed class ApiException : DingTalkException
    {
        internal ApiException(IntPtr error) : base(error) { }
    }

    /// <summary>Lookup, connection or proxy failed, or the connection was lost.</summary>
    public sealed class ConnectionException : DingTalkException
    {
        internal ConnectionException(IntPtr error) : base(error) { }
    }

    /// <summary>A certificate is not trusted, or the TLS handshake was refused.</summary>
    public sealed class TlsException : DingTalkException
    {
        internal TlsException(IntPtr error) : base(error) { }
    }

    /// <summary>No whole reply in time.</summary>
    public sealed class CallTimeoutException : DingTalkException
    {
        internal CallTimeoutException(IntPtr error) : base(error) { }
    }

    /// <summary>What came back is not DingTalk's: a login page, a redirect, half a reply.</summary>
    public sealed class ProtocolException : DingTalkException
    {
        internal ProtocolException(IntPtr error) : base(error) { }
    }

    /// <summary>The caller cancelled the call.</summary>
    public sealed class CallCancelledException : DingTalkException
    {
        internal CallCancelledException(IntPtr error) : base(error) { }
    }

    /// <summary>The record of a batch cannot be read, written or locked.</summary>
    public sealed class JournalException : DingTalkException
    {
        internal JournalException(IntPtr error) : base(error) { }
    }

    /// <summary>A bug of this library, a caught panic included.</summary>
    public sealed class InternalException : DingTalkException
    {
        internal InternalException(IntPtr error) : base(error) { }
    }
}
