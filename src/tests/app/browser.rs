//! A browser without scripts: posts forms, keeps cookies, follows nothing by itself.

use std::{collections::BTreeMap, net::IpAddr, sync::Mutex};

use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, COOKIE, HeaderMap, HeaderValue, LOCATION, SET_COOKIE},
    redirect,
};

use super::PASSWORD;

pub const SESSION: &str = "okla_sesion";

pub struct Browser {
    http: Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// Where a post landed.
#[derive(Debug)]
pub struct Landing {
    pub status: StatusCode,
    /// Empty when the answer sends nowhere.
    pub location: String,
    pub body: String,
}

impl Browser {
    pub fn new(url: String, address: IpAddr) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = Client::builder()
            .no_proxy()
            .local_address(address)
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Self { http, url, cookies: Mutex::default() }
    }

    /// A form of one of our own pages, as a browser posts it.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Landing {
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header("origin", &self.url)
            .form(fields);
        self.land(request).await
    }

    /// What the island of a composer draws of these fields.
    pub async fn preview(&self, fields: &[(&str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let request = self.request(Method::POST, "/fn/vista-previa").headers(headers);
        let answer = self.land(request.header("sec-fetch-site", "same-origin").form(fields)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
    }

    pub async fn get(&self, path: &str) -> Landing {
        self.land(self.request(Method::GET, path)).await
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Landing {
        self.post_form("/fn/ingresar", &[("email", email), ("password", password)]).await
    }

    /// Opens a buyer's account with everything right.
    pub async fn sign_up(&self, email: &str) -> Landing {
        self.post_form("/fn/registro", &sign_up_form(email)).await
    }

    /// A request with this browser's cookies and nothing else of a browser.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.url)).header("accept", "text/html");
        if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) }
    }

    pub async fn land(&self, request: RequestBuilder) -> Landing {
        let answer = request.send().await.unwrap();
        self.keep_cookies(&answer);
        let location = answer.headers().get(LOCATION);
        Landing {
            status: answer.status(),
            location: location.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default(),
            body: answer.text().await.unwrap(),
        }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    fn keep_cookies(&self, answer: &Response) {
        for line in answer.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The sign-up form, rightly filled in.
pub fn sign_up_form(email: &str) -> [(&str, &str); 5] {
    [
        ("name", "Ana Peña"),
        ("email", email),
        ("phone", "809 555 7788"),
        ("password", PASSWORD),
        ("consent", okla::domain::user::CONSENT_VERSION),
    ]
}
