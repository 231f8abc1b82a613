<?php
require 'TopSdk.php';

$oapi = getenv('DINGTALK_ENDPOINT') ?: 'https://oapi.dingtalk.io';
[$oapiType, $json] = [DingTalkConstant::$CALL_TYPE_OAPI, DingTalkConstant::$FORMAT_JSON];

$login = new OapiGettokenRequest();
$login->setAppkey(getenv('DINGTALK_APP_KEY'));
$login->setAppsecret(getenv('DINGTALK_APP_SECRET'));
$client = new DingTalkClient($oapiType, DingTalkConstant::$METHOD_GET, $json);
$token = $client->execute($login, null, "$oapi/gettoken")->access_token;

$request = new OapiExtcontactDeleteRequest();
$request->setUserId('0004260000000');
$client = new DingTalkClient($oapiType, DingTalkConstant::$METHOD_POST, $json);
$reply = $client->execute($request, $token, "$oapi/topapi/extcontact/delete");
echo $reply->errcode === 0 ? 'deleted' : "$reply->errcode $reply->errmsg", "\n";
