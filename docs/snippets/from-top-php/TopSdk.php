<?php
// The classes of the TOP SDK for PHP that before.php names, as far as it uses them: that SDK is in no registry.

final class DingTalkConstant
{
    public static string $CALL_TYPE_OAPI = 'oapi';
    public static string $METHOD_POST = 'POST';
    public static string $METHOD_GET = 'GET';
    public static string $FORMAT_JSON = 'json';
}

abstract class OapiRequest
{
    /** @var array<string, string> */
    public array $fields = [];

    /** @param list<string> $words */
    public function __call(string $name, array $words): void
    {
        $this->fields[ltrim(strtolower(preg_replace('/[A-Z]/', '_$0', substr($name, 3))), '_')] = $words[0];
    }
}

final class OapiGettokenRequest extends OapiRequest
{
}

final class OapiExtcontactDeleteRequest extends OapiRequest
{
}

final class DingTalkClient
{
    public function __construct(string $type, private string $method, string $format)
    {
    }

    public function execute(OapiRequest $request, ?string $session, string $url): object
    {
        $fields = http_build_query($request->fields);
        $http = ['method' => $this->method, 'header' => 'Content-Type: application/x-www-form-urlencoded'];
        $url .= '?' . ($this->method === 'GET' ? $fields : http_build_query(['access_token' => $session]));
        $context = stream_context_create(['http' => $http + ['content' => $this->method === 'GET' ? '' : $fields]]);
        return json_decode(file_get_contents($url, false, $context));
    }
}
