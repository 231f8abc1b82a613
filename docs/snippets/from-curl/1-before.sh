oapi=${DINGTALK_ENDPOINT:-https://oapi.dingtalk.io}
token=$(curl -s "$oapi/gettoken?appkey=$DINGTALK_APP_KEY&appsecret=$DINGTALK_APP_SECRET" |
    jq -r .access_token)
curl -s "$oapi/topapi/extcontact/delete?access_token=$token" \
    --data-urlencode user_id=0004260000000
