//! How DingTalk answers: tokens, permissions, limits and external contacts. No socket and no
//! clock in here: a request and a time go in, a reply comes out.
//!
//! Facts are from the pages of the APIs and from recorded replies. What none of them states is
//! marked *inferred*. The order of the checks is inferred, except that an unknown API is told
//! before a wrong token (recorded).

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::create;
use crate::http::{Reply, Request, decode_form};
use crate::people;
use crate::rng::Rng;

/// The window of the rate limit (the page on limits).
const RATE_WINDOW: Duration = Duration::from_secs(1);
/// The window in which the calls for the IP block are counted (the same page).
const BLOCK_WINDOW: Duration = Duration::from_secs(20);
/// The largest page of the list call (its page), and the size where none is asked for (inferred).
const PAGE: usize = 100;

const LETTERS_AND_DIGITS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Api {
    AccessToken,
    GetToken,
    Delete,
    List,
    Get,
    Create,
    Labels,
    Unknown,
}

impl Api {
    pub(crate) fn of(path: &str) -> Api {
        match path {
            "/v1.0/oauth2/accessToken" => Api::AccessToken,
            "/gettoken" => Api::GetToken,
            "/topapi/extcontact/delete" => Api::Delete,
            "/topapi/extcontact/list" => Api::List,
            "/topapi/extcontact/get" => Api::Get,
            "/topapi/extcontact/create" => Api::Create,
            "/topapi/extcontact/listlabelgroups" => Api::Labels,
            _ => Api::Unknown,
        }
    }
}

/// A permission point of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// `qyapi_ext_read`: list, get and the labels.
    Read,
    /// `qyapi_ext_write`: delete and create.
    Write,
}

impl Permission {
    /// The name of the permission point, as it stands in replies.
    pub const fn scope(self) -> &'static str {
        match self {
            Permission::Read => "qyapi_ext_read",
            Permission::Write => "qyapi_ext_write",
        }
    }
}

/// How the block of an IP shows; both have been seen, and neither has an errcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockShape {
    /// `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"..."}` (the page on limits).
    Json,
    /// A page for browsers (the page on limits names it; its words are made up).
    Html,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRule {
    pub(crate) after: usize,
    pub(crate) shape: BlockShape,
    pub(crate) lasts: Duration,
}

struct Token {
    text: String,
    ends: Duration,
}

pub(crate) struct Service {
    pub(crate) app_key: String,
    pub(crate) app_secret: String,
    pub(crate) app_revoked: bool,
    pub(crate) token_life: Duration,
    /// Tokens are handed out, and refused when they are used.
    pub(crate) refuse_tokens: bool,
    pub(crate) calls_per_second: Option<u32>,
    pub(crate) read: bool,
    pub(crate) write: bool,
    pub(crate) ip_allowed: bool,
    pub(crate) block_rule: Option<BlockRule>,
    pub(crate) contacts: Contacts,
    /// The userids deleted by calls, in order.
    pub(crate) deleted: Vec<String>,
    /// The userids created by calls, in order.
    pub(crate) created: Vec<String>,
    /// Whether a contact with the number of another one is refused.
    pub(crate) refuse_doubles: bool,
    blocked: Option<(Duration, BlockShape)>,
    token: Option<Token>,
    /// When each API was called within the window.
    recent: HashMap<Api, VecDeque<Duration>>,
    recent_from_ip: VecDeque<Duration>,
    rng: Rng,
}

impl Service {
    pub(crate) fn new(app_key: String, app_secret: String, seed: u64) -> Service {
        Service {
            app_key,
            app_secret,
            app_revoked: false,
            token_life: Duration::from_secs(7200),
            refuse_tokens: false,
            calls_per_second: Some(20),
            read: true,
            write: true,
            ip_allowed: true,
            block_rule: None,
            contacts: Contacts::default(),
            deleted: Vec::new(),
            created: Vec::new(),
            refuse_doubles: true,
            blocked: None,
            token: None,
            recent: HashMap::new(),
            recent_from_ip: VecDeque::new(),
            rng: Rng::new(seed),
        }
    }

    /// Does what a call asks for, as of `now`, counted from the start of the sandbox.
    pub(crate) fn answer(&mut self, request: &Request, now: Duration) -> Reply {
        if let Some(shape) = self.blocked_as(now) {
            return self.ip_block(shape);
        }
        match Api::of(&request.path) {
            Api::AccessToken => self.access_token(request, now),
            Api::GetToken => self.get_token(request, now),
            Api::Unknown => self.unknown(request),
            api => self.contact_call(api, request, now),
        }
    }

    /// The token of the app: the one it has, prolonged, or a new one.
    pub(crate) fn issue_token(&mut self, now: Duration) -> String {
        let ends = now.saturating_add(self.token_life);
        match &mut self.token {
            Some(token) if now < token.ends => {
                token.ends = ends;
                token.text.clone()
            }
            _ => {
                let text = self.rng.text("0123456789abcdef", 32);
                self.token = Some(Token { text: text.clone(), ends });
                text
            }
        }
    }

    pub(crate) fn expire_token(&mut self) {
        self.token = None;
    }

    pub(crate) fn block_ip(&mut self, shape: BlockShape, until: Duration) {
        self.blocked = Some((until, shape));
    }

    pub(crate) fn unblock_ip(&mut self) {
        self.blocked = None;
        self.recent_from_ip.clear();
    }

    fn blocked_as(&mut self, now: Duration) -> Option<BlockShape> {
        if let Some((until, shape)) = self.blocked {
            if now < until {
                return Some(shape);
            }
            self.unblock_ip();
        }
        let rule = self.block_rule?;
        if within_limit(&mut self.recent_from_ip, BLOCK_WINDOW, rule.after, now) {
            return None;
        }
        self.block_ip(rule.shape, now.saturating_add(rule.lasts));
        Some(rule.shape)
    }

    /// `POST /v1.0/oauth2/accessToken`. The codes for a single missing field are inferred.
    fn access_token(&mut self, request: &Request, now: Duration) -> Reply {
        if request.method != "POST" {
            return self.not_found();
        }
        let body = if is_json(request) { request.json() } else { None };
        let Some(Value::Object(body)) = body else {
            return self.new_style_error("Missingbody", "body is mandatory for this action.");
        };
        let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        for name in ["appKey", "appSecret"] {
            if field(name).is_empty() {
                let code = format!("Missing{name}");
                let message = format!("{name} is mandatory for this action.");
                return self.new_style_error(&code, &message);
            }
        }
        if !self.knows(field("appKey"), field("appSecret")) {
            let message = "无效的clientId或者clientSecret";
            return self.new_style_error("invalidClientIdOrSecret", message);
        }
        let token = self.issue_token(now);
        Reply::json(200, &json!({"accessToken": token, "expireIn": self.token_life.as_secs()}))
    }

    /// `GET /gettoken`. Its recorded replies have no request_id.
    fn get_token(&mut self, request: &Request, now: Duration) -> Reply {
        if request.method != "GET" {
            return Reply::json(200, &json!({"errcode": 43001, "errmsg": "需要GET请求"}));
        }
        let query = request.query();
        let field = |name: &str| first(&query, name).unwrap_or_default();
        let (key, secret) = (field("appkey"), field("appsecret"));
        for (text, name) in [(&key, "corpid or appkey"), (&secret, "appsecret")] {
            if text.is_empty() {
                let errmsg = format!("缺少参数 {name}");
                return Reply::json(200, &json!({"errcode": 40035, "errmsg": errmsg}));
            }
        }
        if !self.knows(&key, &secret) {
            let errmsg = "不合法的appKey或appSecret";
            return Reply::json(200, &json!({"errcode": 40096, "errmsg": errmsg}));
        }
        let token = self.issue_token(now);
        Reply::json(
            200,
            &json!({"errcode": 0, "errmsg": "ok", "access_token": token,
                    "expires_in": self.token_life.as_secs()}),
        )
    }

    fn knows(&self, app_key: &str, app_secret: &str) -> bool {
        !self.app_revoked && app_key == self.app_key && app_secret == self.app_secret
    }

    fn contact_call(&mut self, api: Api, request: &Request, now: Duration) -> Reply {
        // Inferred: the pages name POST alone.
        if request.method != "POST" {
            return self.refusal(43002, "需要POST请求");
        }
        let parameters = parameters(request);
        let token = first(&request.query(), "access_token")
            .or_else(|| first(&decode_form(&request.body), "access_token"))
            .unwrap_or_default();
        if token.trim().is_empty() {
            return self.gateway_refusal("40000", "access_token is blank");
        }
        if !self.accepts(&token, now) {
            return self.gateway_refusal("40014", "不合法的access_token");
        }
        if !self.ip_allowed {
            let app_key = self.app_key.clone();
            let text = format!("访问ip不在白名单之中,request ip=127.0.0.1 appKey({app_key})");
            return self.gateway_refusal("60020", &text);
        }
        let (permission, granted) = match api {
            Api::Delete | Api::Create => (Permission::Write, self.write),
            _ => (Permission::Read, self.read),
        };
        if !granted {
            return self.permission_missing(permission);
        }
        let limit = self
            .calls_per_second
            .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let recent = self.recent.entry(api).or_default();
        if !within_limit(recent, RATE_WINDOW, limit, now) {
            return self.throttled();
        }
        match api {
            Api::Delete => self.delete(&parameters),
            Api::Get => self.get(&parameters),
            Api::Create => self.create(request),
            Api::Labels => self.label_groups(&parameters),
            _ => self.list(&parameters),
        }
    }

    fn accepts(&self, token: &str, now: Duration) -> bool {
        let good = |own: &Token| own.text == token && now < own.ends;
        !self.refuse_tokens && !self.app_revoked && self.token.as_ref().is_some_and(good)
    }

    /// `POST /topapi/extcontact/delete`.
    fn delete(&mut self, parameters: &HashMap<String, String>) -> Reply {
        let user_id = match self.user_id(parameters) {
            Ok(user_id) => user_id,
            Err(refusal) => return refusal,
        };
        if self.contacts.remove(&user_id).is_none() {
            return self.unknown_user();
        }
        self.deleted.push(user_id);
        // The sample on the page has no errmsg.
        let request_id = self.request_id();
        Reply::json(200, &json!({"errcode": 0, "request_id": request_id}))
    }

    /// `POST /topapi/extcontact/create`. The new contact has a userid that none had before. That a
    /// contact with the same number counts as the same one is inferred.
    fn create(&mut self, request: &Request) -> Reply {
        let Some(contact) = contact_of(request) else {
            return self.missing_parameter("contact");
        };
        let mut record = match create::checked(&contact) {
            Ok(record) => record,
            Err((errcode, errmsg)) => return self.refusal(errcode, &errmsg),
        };
        if self.refuse_doubles && self.contacts.any(|other| is_same_person(other, &record)) {
            return self.refusal(22005, "外部联系人已存在");
        }
        let user_id = loop {
            let user_id = format!("0{}", self.rng.text("0123456789", 17));
            if self.contacts.get(&user_id).is_none() && !self.deleted.contains(&user_id) {
                break user_id;
            }
        };
        record.insert("userid".to_owned(), user_id.clone().into());
        if let Err(problem) = self.contacts.add(Value::Object(record)) {
            return self.refusal(40035, &problem);
        }
        self.created.push(user_id.clone());
        self.success("userid", user_id.into())
    }

    /// `POST /topapi/extcontact/get`.
    fn get(&mut self, parameters: &HashMap<String, String>) -> Reply {
        let user_id = match self.user_id(parameters) {
            Ok(user_id) => user_id,
            Err(refusal) => return refusal,
        };
        match self.contacts.get(&user_id).cloned() {
            None => self.unknown_user(),
            Some(contact) => self.success("result", contact),
        }
    }

    /// `POST /topapi/extcontact/list`: the end is a page that is not full.
    fn list(&mut self, parameters: &HashMap<String, String>) -> Reply {
        match self.page(parameters) {
            Err(refusal) => refusal,
            Ok((offset, size)) => {
                let results = self.contacts.page(offset, size);
                self.success("results", Value::Array(results))
            }
        }
    }

    /// `POST /topapi/extcontact/listlabelgroups`: the labels that made-up contacts have. That its
    /// pages end like those of the contacts is inferred.
    fn label_groups(&mut self, parameters: &HashMap<String, String>) -> Reply {
        match self.page(parameters) {
            Err(refusal) => refusal,
            Ok((offset, size)) => {
                let results = people::label_groups().into_iter().skip(offset).take(size).collect();
                self.success("results", Value::Array(results))
            }
        }
    }

    /// The offset and the size of a page, where both are given or neither is.
    fn page(&mut self, parameters: &HashMap<String, String>) -> Result<(usize, usize), Reply> {
        let number = |name: &str| {
            parameters
                .get(name)
                .map(|text| text.parse::<usize>().map_err(|_| name.to_owned()))
                .transpose()
        };
        match (number("size"), number("offset")) {
            (Ok(None), Ok(None)) => Ok((0, PAGE)),
            (Ok(Some(size)), Ok(Some(offset))) if (1..=PAGE).contains(&size) => Ok((offset, size)),
            (Ok(Some(_)), Ok(Some(_))) | (Err(_), _) => Err(self.bad_parameter("size")),
            (_, Err(_)) => Err(self.bad_parameter("offset")),
            (Ok(None), _) => Err(self.missing_parameter("size")),
            (_, Ok(None)) => Err(self.missing_parameter("offset")),
        }
    }

    fn user_id(&mut self, parameters: &HashMap<String, String>) -> Result<String, Reply> {
        match parameters.get("user_id") {
            Some(user_id) if !user_id.is_empty() => Ok(user_id.clone()),
            _ => Err(self.missing_parameter("user_id")),
        }
    }

    fn success(&mut self, field: &str, value: Value) -> Reply {
        let mut body = json!({"errcode": 0, "errmsg": "ok", "request_id": self.request_id()});
        if let Some(body) = body.as_object_mut() {
            body.insert(field.to_owned(), value);
        }
        Reply::json(200, &body)
    }

    /// Inferred from what `/gettoken` answers.
    fn missing_parameter(&mut self, name: &str) -> Reply {
        self.refusal(40035, &format!("缺少参数 {name}"))
    }

    /// Inferred.
    fn bad_parameter(&mut self, name: &str) -> Reply {
        self.refusal(40035, &format!("不合法的参数 {name}"))
    }

    /// For a contact that is gone as for one that never was (inferred).
    fn unknown_user(&mut self) -> Reply {
        self.refusal(33012, "无效的USERID")
    }

    /// A service error: the code itself decides.
    fn refusal(&mut self, errcode: i64, errmsg: &str) -> Reply {
        let request_id = self.request_id();
        Reply::json(200, &json!({"errcode": errcode, "errmsg": errmsg, "request_id": request_id}))
    }

    /// A refusal of the gateway: errcode 88, and the sub_code decides (recorded).
    fn gateway_refusal(&mut self, sub_code: &str, sub_msg: &str) -> Reply {
        self.wrapped(88, sub_code, sub_msg)
    }

    fn wrapped(&mut self, errcode: i64, sub_code: &str, sub_msg: &str) -> Reply {
        let request_id = self.request_id();
        let errmsg = format!("ding talk error[subcode={sub_code},submsg={sub_msg}]");
        Reply::json(
            200,
            &json!({"errcode": errcode, "sub_code": sub_code, "sub_msg": sub_msg,
                    "errmsg": errmsg, "request_id": request_id}),
        )
    }

    /// The shape, with the link to the console and the list of scopes, is a recorded one.
    fn permission_missing(&mut self, permission: Permission) -> Reply {
        let scope = permission.scope();
        let link = format!(
            "https://open-dev.dingtalk.com/appscope/apply?content={}%23{scope}",
            self.app_key
        );
        let text = format!(
            "应用尚未开通所需的权限：[{scope}]，点击链接申请并开通即可：{link}, {{requiredScopes=[{scope}]}}"
        );
        self.gateway_refusal("60011", &text)
    }

    /// 90018 under 88 (the page on limits; the words are inferred).
    pub(crate) fn throttled(&mut self) -> Reply {
        self.gateway_refusal("90018", "应用调用该接口的频率超过限制")
    }

    /// -1 (the common return codes; the words are theirs too).
    pub(crate) fn busy(&mut self) -> Reply {
        self.refusal(-1, "系统繁忙")
    }

    /// 400001 (the page of the delete call).
    pub(crate) fn system_error(&mut self) -> Reply {
        self.refusal(400_001, "系统错误")
    }

    /// 15 with isp.-1: the gateway got no answer from the service behind it.
    pub(crate) fn no_answer_inside(&mut self) -> Reply {
        self.wrapped(15, "isp.-1", "系统繁忙")
    }

    /// The IP block. HTTP status 200 is inferred.
    pub(crate) fn ip_block(&mut self, shape: BlockShape) -> Reply {
        match shape {
            BlockShape::Json => {
                let uuid = self.rng.text("0123456789abcdef", 32);
                let body = json!({"status": 1111, "wait": 5, "source": "x5", "punish": "deny",
                                  "uuid": uuid});
                Reply::json(200, &body)
            }
            BlockShape::Html => Reply::html(
                200,
                "<!DOCTYPE html><html><head><title>405</title></head>\
                 <body><p>Requests from this address are blocked (sandbox).</p></body></html>",
            ),
        }
    }

    fn unknown(&mut self, request: &Request) -> Reply {
        if request.path.starts_with("/v1.0/") {
            return self.not_found();
        }
        let Some(api) = request.path.strip_prefix("/topapi/") else {
            // Recorded: HTTP 200 and no request_id.
            let errmsg = "请求的URI地址不存在";
            return Reply::json(200, &json!({"errcode": 404, "errmsg": errmsg}));
        };
        let api = api.replace('/', ".");
        let text = format!("不合法ApiName，ApiName = dingtalk.oapi.{api}");
        let errmsg = format!("Invalid method[submsg={text}]");
        let request_id = self.request_id();
        Reply::json(
            200,
            &json!({"errcode": 22, "sub_msg": text, "errmsg": errmsg, "request_id": request_id}),
        )
    }

    /// An unknown API of the newer family (inferred).
    fn not_found(&mut self) -> Reply {
        let mut reply = self.new_style_error(
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        );
        reply.status = 404;
        reply
    }

    /// HTTP 400 in the shape of the newer family of APIs (recorded).
    fn new_style_error(&mut self, code: &str, message: &str) -> Reply {
        let part = |rng: &mut Rng, length| rng.text("0123456789ABCDEF", length);
        let parts = [8, 4, 4, 4, 12].map(|length| part(&mut self.rng, length));
        Reply::json(400, &json!({"code": code, "message": message, "requestid": parts.join("-")}))
    }

    /// Twelve small letters and digits, as in recorded replies (some have thirteen).
    fn request_id(&mut self) -> String {
        self.rng.text(LETTERS_AND_DIGITS, 12)
    }
}

/// Counts a call in if it fits under the limit in every window that it is in. A refused call
/// does not count (inferred).
fn within_limit(
    recent: &mut VecDeque<Duration>,
    window: Duration,
    limit: usize,
    now: Duration,
) -> bool {
    // Without a limit there is nothing to count.
    if limit == usize::MAX {
        return true;
    }
    // Calls may be counted in another order than that of their times.
    while recent.front().is_some_and(|&first| now.saturating_sub(first) >= 2 * window) {
        recent.pop_front();
    }
    let place = recent.partition_point(|&other| other <= now);
    recent.insert(place, now);
    let over = (place.saturating_sub(limit)..=place).any(|first| {
        let (first, last) = (recent.get(first), recent.get(first + limit));
        first.zip(last).is_some_and(|(first, last)| last.saturating_sub(*first) < window)
    });
    if over {
        recent.remove(place);
    }
    !over
}

fn is_json(request: &Request) -> bool {
    request.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"))
}

/// The parameters of a contact call: a form, as documented, or the JSON that some clients send.
fn parameters(request: &Request) -> HashMap<String, String> {
    if is_json(request) {
        let body = match request.json() {
            Some(Value::Object(body)) => body,
            _ => Map::new(),
        };
        return body
            .into_iter()
            .filter_map(|(name, value)| match value {
                Value::String(text) => Some((name, text)),
                Value::Number(number) => Some((name, number.to_string())),
                _ => None,
            })
            .collect();
    }
    request.form().into_iter().collect()
}

/// The contact of a create call: an object as JSON text in a form, or in a JSON body.
fn contact_of(request: &Request) -> Option<Map<String, Value>> {
    let contact = match is_json(request) {
        true => request.json()?.get_mut("contact").map(Value::take),
        false => first(&request.form(), "contact").and_then(|it| serde_json::from_str(&it).ok()),
    };
    match contact {
        Some(Value::Object(contact)) => Some(contact),
        _ => None,
    }
}

fn is_same_person(one: &Value, other: &Map<String, Value>) -> bool {
    ["state_code", "mobile"].iter().all(|name| one.get(name) == other.get(*name))
}

fn first(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

/// The contacts, in the order of the list call.
#[derive(Default)]
pub(crate) struct Contacts {
    by_position: BTreeMap<u64, Value>,
    positions: HashMap<String, u64>,
    next: u64,
}

impl Contacts {
    /// Adds a record at the end; the text says why it cannot be added.
    pub(crate) fn add(&mut self, record: Value) -> Result<(), String> {
        let user_id = match record.get("userid").and_then(Value::as_str) {
            Some(user_id) if !user_id.trim().is_empty() => user_id.to_owned(),
            _ => return Err(format!("a contact has a text `userid`: {record}")),
        };
        if self.positions.contains_key(&user_id) {
            return Err(format!("there are two contacts with the userid {user_id}"));
        }
        self.positions.insert(user_id, self.next);
        self.by_position.insert(self.next, record);
        self.next += 1;
        Ok(())
    }

    pub(crate) fn remove(&mut self, user_id: &str) -> Option<Value> {
        let position = self.positions.remove(user_id)?;
        self.by_position.remove(&position)
    }

    pub(crate) fn get(&self, user_id: &str) -> Option<&Value> {
        self.by_position.get(self.positions.get(user_id)?)
    }

    pub(crate) fn any(&self, is_it: impl FnMut(&Value) -> bool) -> bool {
        self.by_position.values().any(is_it)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_position.len()
    }

    pub(crate) fn user_ids(&self) -> Vec<String> {
        self.by_position
            .values()
            .filter_map(|record| record.get("userid")?.as_str().map(str::to_owned))
            .collect()
    }

    fn page(&self, offset: usize, size: usize) -> Vec<Value> {
        self.by_position.values().skip(offset).take(size).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Service {
        let mut service = Service::new("key".into(), "secret".into(), 1);
        for index in 0..5 {
            let record = json!({"userid": format!("00{index}"), "name": "n"});
            service.contacts.add(record).unwrap();
        }
        service
    }

    fn post(target: &str, body: &str) -> Request {
        let (path, raw_query) = target.split_once('?').unwrap_or((target, ""));
        Request {
            method: "POST".into(),
            path: path.into(),
            raw_query: raw_query.into(),
            headers: Vec::new(),
            body: body.into(),
            connection: 1,
            when: Duration::ZERO,
        }
    }

    fn code(reply: &Reply) -> (i64, String) {
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        let sub_code = body["sub_code"].as_str().unwrap_or_default();
        (body["errcode"].as_i64().unwrap(), sub_code.to_owned())
    }

    fn delete(service: &mut Service, token: &str, now: Duration) -> (i64, String) {
        let target = format!("/topapi/extcontact/delete?access_token={token}");
        code(&service.answer(&post(&target, "user_id=none"), now))
    }

    const ABSENT: i64 = 33012;

    #[test]
    fn the_rate_is_a_sliding_second_for_each_api_and_refused_calls_do_not_count() {
        let mut service = service();
        let token = service.issue_token(Duration::ZERO);
        for call in 0..20 {
            let now = Duration::from_millis(call * 10);
            assert_eq!(delete(&mut service, &token, now).0, ABSENT);
        }
        let throttled = (88, "90018".to_owned());
        for now in [200, 500, 999] {
            let now = Duration::from_millis(now);
            assert_eq!(delete(&mut service, &token, now), throttled);
        }
        let target = format!("/topapi/extcontact/get?access_token={token}");
        let got = service.answer(&post(&target, "user_id=000"), Duration::from_millis(999));
        assert_eq!(code(&got).0, 0);
        assert_eq!(delete(&mut service, &token, Duration::from_millis(1_000)).0, ABSENT);
        assert_eq!(delete(&mut service, &token, Duration::from_millis(1_005)), throttled);
        service.calls_per_second = None;
        assert_eq!(delete(&mut service, &token, Duration::from_millis(1_005)).0, ABSENT);
    }

    #[test]
    fn a_call_that_is_told_of_late_counts_as_of_its_own_time() {
        let mut recent = VecDeque::new();
        let mut fits = |ms| within_limit(&mut recent, RATE_WINDOW, 2, Duration::from_millis(ms));
        assert!(fits(0) && fits(1_500) && fits(900));
        assert!(!fits(600), "0 and 900 are in one second with it");
        assert!(!fits(1_600), "900 and 1500 are");
        assert!(fits(1_950));
    }

    #[test]
    fn a_token_ends_is_prolonged_and_is_replaced_only_at_its_end() {
        let mut service = service();
        let seconds = Duration::from_secs;
        let token = service.issue_token(seconds(0));
        assert_eq!(service.issue_token(seconds(7_000)), token);
        assert_eq!(delete(&mut service, &token, seconds(14_199)).0, ABSENT);
        let refused = (88, "40014".to_owned());
        assert_eq!(delete(&mut service, &token, seconds(14_200)), refused);
        let next = service.issue_token(seconds(14_200));
        assert_ne!(next, token);
        assert_eq!(delete(&mut service, &token, seconds(14_200)), refused);
        assert_eq!(delete(&mut service, &next, seconds(14_200)).0, ABSENT);
        service.refuse_tokens = true;
        assert_eq!(service.issue_token(seconds(14_201)), next);
        assert_eq!(delete(&mut service, &next, seconds(14_201)), refused);
    }

    #[test]
    fn the_ip_block_comes_after_its_calls_and_ends() {
        let mut service = service();
        service.block_rule =
            Some(BlockRule { after: 3, shape: BlockShape::Json, lasts: Duration::from_secs(300) });
        let now = Duration::from_secs(5);
        let unknown = post("/nowhere", "");
        for _ in 0..3 {
            assert_eq!(code(&service.answer(&unknown, now)).0, 404);
        }
        for now in [5, 304] {
            let reply = service.answer(&unknown, Duration::from_secs(now));
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(body["status"], 1111);
            assert_eq!(body.get("errcode"), None);
        }
        let now = Duration::from_secs(305);
        assert_eq!(code(&service.answer(&unknown, now)).0, 404);
    }

    #[test]
    fn a_contact_is_created_once_and_with_a_new_userid() {
        let mut service = service();
        let token = service.issue_token(Duration::ZERO);
        let target = format!("/topapi/extcontact/create?access_token={token}");
        let contact = json!({"name": "n", "mobile": "10000000001", "state_code": "86",
                             "follower_user_id": "manager1", "label_ids": [1]});
        let body = json!({"contact": contact}).to_string();
        let mut request = post(&target, &body);
        request.headers.push(("Content-Type".into(), "application/json".into()));
        let created = service.answer(&request, Duration::ZERO);
        assert_eq!(code(&created).0, 0);
        let created: Value = serde_json::from_slice(&created.body).unwrap();
        let user_id = created["userid"].as_str().unwrap();
        assert_eq!(service.created, [user_id]);
        assert_eq!(service.contacts.get(user_id).unwrap()["mobile"], "10000000001");
        let form: String = contact.to_string().bytes().map(|it| format!("%{it:02X}")).collect();
        let again = post(&target, &format!("contact={form}"));
        assert_eq!(code(&service.answer(&again, Duration::ZERO)).0, 22005);
        for body in ["", "contact=", "contact=%5B%5D"] {
            assert_eq!(code(&service.answer(&post(&target, body), Duration::ZERO)).0, 40035);
        }
        service.write = false;
        assert_eq!(code(&service.answer(&again, Duration::ZERO)).1, "60011");
        assert_eq!(service.created.len(), 1);
    }

    #[test]
    fn contacts_keep_their_order_and_refuse_doubles() {
        let mut service = service();
        service.contacts.remove("002").unwrap();
        assert_eq!(service.contacts.user_ids(), ["000", "001", "003", "004"]);
        service.contacts.add(json!({"userid": "002"})).unwrap();
        assert_eq!(service.contacts.user_ids().last().unwrap(), "002");
        assert!(service.contacts.add(json!({"userid": "002"})).is_err());
        assert!(service.contacts.add(json!({"userid": 2})).is_err());
    }
}
