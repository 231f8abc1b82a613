//! What a batch may be told.

use super::*;

#[test]
fn an_error_names_the_bad_option() {
    use dingtalk_extcontact::binding::{Binding, Value};
    let sandbox = sandbox(0);
    let client = builder(&sandbox).build().unwrap();
    for concurrency in [0, 65] {
        let error = client.batch(BatchOptions::new().concurrency(concurrency)).unwrap_err();
        assert!(error.message().starts_with("concurrency"), "{error}");
    }
    let mut options = BatchOptions::for_binding(Binding::Node);
    assert!(options.set("concurrency", Value::Number(1.5)).is_err());
    assert!(options.set("journal", Value::Flag(true)).is_err());
    assert!(options.set("missingOk", Value::Flag(true)).is_ok());
    assert!(options.set("stopOnMissing", Value::Flag(false)).is_ok());
    assert!(options.set("stopOnMissing", Value::Number(0.0)).is_err());
    assert!(options.set("nonsense", Value::None).unwrap_err().advice().contains("missingOk"));
}

#[test]
fn a_path_is_not_echoed_whole() {
    let long = "x".repeat(1 << 20);
    let client = Client::builder().access_token("t").endpoint("http://127.0.0.1:1");
    let client = client.build().unwrap();
    for options in [BatchOptions::new().journal(&long), BatchOptions::new().backup(&long)] {
        let error = client.batch(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal);
        assert!(error.message().contains("... (1048576 bytes)"), "{}", error.message().len());
        assert!(error.message().len() < 400);
    }
}
