import { type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';

/** Who is told what a topic tells. */
export interface Subscriptions {
  /** Subscribes an endpoint, or says that it has to confirm first. Repeating it changes nothing. */
  subscribe(topic: string, protocol: string, endpoint: string): Promise<'subscribed' | 'unconfirmed'>;
}

export function snsSubscriptions(client: SNSClient): Subscriptions {
  return {
    async subscribe(topic, protocol, endpoint) {
      const wish = { TopicArn: topic, Protocol: protocol, Endpoint: endpoint, ReturnSubscriptionArn: false };
      const { SubscriptionArn } = await client.send(new SubscribeCommand(wish));
      return SubscriptionArn?.startsWith('arn:') ? 'subscribed' : 'unconfirmed';
    },
  };
}
