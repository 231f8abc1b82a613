// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.util.List;

/** An external contact. All of it is personal data. It never changes. */
public final class Contact {
    private final String userId;
    private final String name;
    private final String mobile;
    private final String stateCode;
    private final String companyName;
    private final String title;
    private final String email;
    private final String address;
    private final String remark;
    private final String followerUserId;
    private final List<String> labelIds;
    private final List<String> shareDeptIds;
    private final List<String> shareUserIds;
    private final String record;
    private final String json;

    private Contact(Pointer from) {
        userId = Dtx.dtx_contact_user_id(from);
        name = Dtx.dtx_contact_text(from, Natives.text("field", "name"));
        mobile = Dtx.dtx_contact_text(from, Natives.text("field", "mobile"));
        stateCode = Dtx.dtx_contact_text(from, Natives.text("field", "state_code"));
        companyName = Dtx.dtx_contact_text(from, Natives.text("field", "company_name"));
        title = Dtx.dtx_contact_text(from, Natives.text("field", "title"));
        email = Dtx.dtx_contact_text(from, Natives.text("field", "email"));
        address = Dtx.dtx_contact_text(from, Natives.text("field", "address"));
        remark = Dtx.dtx_contact_text(from, Natives.text("field", "remark"));
        followerUserId = Dtx.dtx_contact_text(from, Natives.text("field", "follower_user_id"));
        labelIds = Natives.list(Dtx.dtx_contact_id_count(from, Natives.text("field", "label_ids")),
                at -> Dtx.dtx_contact_id(from, Natives.text("field", "label_ids"), at));
        shareDeptIds = Natives.list(Dtx.dtx_contact_id_count(from, Natives.text("field", "share_dept_ids")),
                at -> Dtx.dtx_contact_id(from, Natives.text("field", "share_dept_ids"), at));
        shareUserIds = Natives.list(Dtx.dtx_contact_id_count(from, Natives.text("field", "share_user_ids")),
                at -> Dtx.dtx_contact_id(from, Natives.text("field", "share_user_ids"), at));
        record = Dtx.dtx_contact_record(from);
        json = Dtx.dtx_contact_json(from);
    }

    /** Copies all of it; null for null. */
    static Contact of(Pointer from) {
        return from == null ? null : new Contact(from);
    }

    /** The same, and frees it. */
    static Contact take(Pointer from) {
        try {
            return of(from);
        } finally {
            Dtx.dtx_contact_free(from);
        }
    }

    /** The id, as {@code delete} takes it. */
    public String userId() {
        return userId;
    }

    /** The field {@code name}, or null where it is missing or empty. */
    public String name() {
        return name;
    }

    /** The field {@code mobile}, or null where it is missing or empty. */
    public String mobile() {
        return mobile;
    }

    /** The field {@code state_code}, or null where it is missing or empty. */
    public String stateCode() {
        return stateCode;
    }

    /** The field {@code company_name}, or null where it is missing or empty. */
    public String companyName() {
        return companyName;
    }

    /** The field {@code title}, or null where it is missing or empty. */
    public String title() {
        return title;
    }

    /** The field {@code email}, or null where it is missing or empty. */
    public String email() {
        return email;
    }

    /** The field {@code address}, or null where it is missing or empty. */
    public String address() {
        return address;
    }

    /** The field {@code remark}, or null where it is missing or empty. */
    public String remark() {
        return remark;
    }

    /** The field {@code follower_user_id}, or null where it is missing or empty. */
    public String followerUserId() {
        return followerUserId;
    }

    /** The ids of the field {@code label_ids}, as text; empty where it is missing. */
    public List<String> labelIds() {
        return labelIds;
    }

    /** The ids of the field {@code share_dept_ids}, as text; empty where it is missing. */
    public List<String> shareDeptIds() {
        return shareDeptIds;
    }

    /** The ids of the field {@code share_user_ids}, as text; empty where it is missing. */
    public List<String> shareUserIds() {
        return shareUserIds;
    }

    /** The whole record as one JSON object, with the names and values of the service. */
    public String record() {
        return record;
    }

    /** All of it as one JSON object, the same in every language. */
    public String toJson() {
        return json;
    }

    /** The id alone. */
    @Override
    public String toString() {
        return "Contact " + userId;
    }
}
