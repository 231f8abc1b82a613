package erasures;

import dingtalk.extcontact.Client;
import dingtalk.extcontact.DingTalkException;
import dingtalk.extcontact.Kind;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Erasures {
    private final Client client;

    Erasures(Client client) {
        this.client = client;
    }

    public static void main(String[] args) {
        SpringApplication.run(Erasures.class, args);
    }

    /** One client for the application; Spring closes it at the end. */
    @Bean
    static Client client() {
        return Client.builder().fromEnv().rate(5).build();
    }

    @DeleteMapping("/contacts/{userId}")
    String erase(@PathVariable("userId") String userId) {
        return client.delete(userId).status().toString();
    }

    @ExceptionHandler
    ResponseEntity<String> failed(DingTalkException error) {
        if (error.kind() == Kind.INVALID_USER_ID) {
            return ResponseEntity.status(404).body("no such contact");
        }
        String text = error.maybeDeleted() ? "may be gone: " + error.getMessage() : error.getMessage();
        return ResponseEntity.status(error.retryable() ? 503 : 502).body(text);
    }
}
