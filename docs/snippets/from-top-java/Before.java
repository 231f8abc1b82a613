import com.dingtalk.api.DefaultDingTalkClient;
import com.dingtalk.api.request.OapiExtcontactDeleteRequest;
import com.dingtalk.api.request.OapiGettokenRequest;
import com.dingtalk.api.response.OapiExtcontactDeleteResponse;
import com.taobao.api.ApiException;

public class Before {
    public static void main(String[] args) throws ApiException {
        String oapi = System.getenv().getOrDefault("DINGTALK_ENDPOINT", "https://oapi.dingtalk.io");
        OapiGettokenRequest login = new OapiGettokenRequest();
        login.setAppkey(System.getenv("DINGTALK_APP_KEY"));
        login.setAppsecret(System.getenv("DINGTALK_APP_SECRET"));
        login.setHttpMethod("GET");
        String token = new DefaultDingTalkClient(oapi + "/gettoken").execute(login).getAccessToken();

        OapiExtcontactDeleteRequest request = new OapiExtcontactDeleteRequest();
        request.setUserId("0004260000000");
        OapiExtcontactDeleteResponse response =
                new DefaultDingTalkClient(oapi + "/topapi/extcontact/delete").execute(request, token);
        if (!response.isSuccess()) {
            throw new IllegalStateException(response.getErrcode() + " " + response.getErrmsg());
        }
        System.out.println("deleted");
    }
}
