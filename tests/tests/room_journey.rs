//! Meeting in the room of a consult: who may enter, who is seen there, and that coming and going is written down.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tests::consults::{give, submitted};
use tests::harness::{Product, User, text};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

#[tokio::test]
async fn both_sides_meet_in_the_room_and_it_closes_with_the_consult() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let consult = submitted(&village, "routine").await;
    let room = text(&consult["room_id"]);
    let mut here = signal(&village, &room).await.expect("the requester may enter");
    assert_eq!(joined(&mut here).await["participants"].as_array().unwrap().len(), 1);
    let mut there = signal(&specialist, &room).await.expect("the invited side may enter");
    let both = joined(&mut there).await["participants"].clone();
    let names: Vec<_> = both.as_array().unwrap().iter().map(|p| text(&p["name"])).collect();
    assert_eq!(names, ["周文英", "林静"]);
    assert_eq!(both[1]["organisation"], "邢州市第一医院");
    let inside = village.get(&format!("/api/v1/rooms/{room}")).await.expect(200).json;
    assert_eq!(inside["participants"].as_array().unwrap().len(), 2);
    assert_eq!(inside["subject"], json!({ "kind": "consult", "id": consult["id"] }));

    send(&mut here, json!({ "type": "ping" })).await;
    assert_eq!(next(&mut here, "pong").await["type"], "pong");
    send(&mut here, json!({ "type": "fly" })).await;
    assert_eq!(next(&mut here, "error").await["code"], "media.message-invalid");
    send(&mut there, json!({ "type": "leave" })).await;
    assert_eq!(next(&mut here, "participant_left").await["reason"], "left");

    let stranger = product.sign_in("township").await;
    assert_eq!(signal(&stranger, &room).await.err(), Some(404));
    give(&village, &consult, "cancel", json!({ "reason": "病情好转" })).await.expect(200);
    assert_eq!(signal(&specialist, &room).await.err(), Some(404));
    // The call that is still open does not hold up the end, and its leaving is written down.
    let folder = product.stop().await;
    drop((here, folder));
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// Opens the signalling of a room, or says with which status it was refused.
async fn signal(user: &User<'_>, room: &str) -> Result<Socket, u16> {
    let url = user.product.url(&format!("/api/v1/rooms/{room}/signal")).replace("http://", "ws://");
    let mut request = url.into_client_request().unwrap();
    let cookie = format!("consult_session={}", user.token);
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
        Err(e) => panic!("{e}"),
    }
}

async fn joined(socket: &mut Socket) -> Value {
    send(socket, json!({ "type": "join", "protocol": 1 })).await;
    next(socket, "joined").await
}

async fn send(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

/// The next message of that type.
async fn next(socket: &mut Socket, kind: &str) -> Value {
    let wait = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        loop {
            let message = socket.next().await.expect("the socket stays open").unwrap();
            let Message::Text(text) = message else { continue };
            let value: Value = serde_json::from_str(text.as_str()).unwrap();
            if value["type"] == kind {
                return value;
            }
        }
    });
    wait.await.unwrap_or_else(|_| panic!("no {kind} came"))
}
