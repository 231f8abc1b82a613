<?php
require 'vendor/autoload.php';

use DingtalkExtcontact\Client;

echo Client::fromEnv()->delete('00021357315580000003')->status, "\n";
