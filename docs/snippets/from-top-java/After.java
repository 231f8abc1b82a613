import dingtalk.extcontact.Client;
import dingtalk.extcontact.DingTalkException;

public class After {
    public static void main(String[] args) {
        try (Client client = Client.fromEnv()) {
            System.out.println(client.delete("00021357315580000003").status());
        } catch (DingTalkException error) {
            System.out.println(error.kind() + ": " + error.getMessage() + ". " + error.advice());
        }
    }
}
