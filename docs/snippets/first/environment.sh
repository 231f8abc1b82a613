export DINGTALK_APP_KEY=dingexample DINGTALK_APP_SECRET=secret
export DINGTALK_REGION=china    # in mainland China; else leave it out
